/** Reads the records of an evolution's run folder and refuses, in words, what is none. */
import type { CellRecord, ProgressRecord, RunRecord, RunSummary } from './records.ts';
import { archiveSchema, progressRecordSchema, runRecordSchema, runSummarySchema } from './schema.ts';
import type { Storage } from '../../storage/storage.ts';
import { contradictory, readJson, readRecordOf, readWholeLines, RunFolderError } from '../read-files.ts';
import { sentence, setting } from '../../util/sentence.ts';

export { RunFolderError } from '../read-files.ts';

/** The records of a run, finished or not. */
export interface SavedRun {
  readonly run: RunRecord;
  readonly progress: readonly ProgressRecord[];
  /** Lines of `progress.jsonl` that cannot be read. */
  readonly damagedLines: number;
  readonly cells: readonly CellRecord[];
  /** Undefined when the run was killed before it could write one. */
  readonly summary: RunSummary | undefined;
}

/**
 * Reads `run.json`, `progress.jsonl`, `archive.json` and `summary.json`.
 *
 * @param storage the run folder
 * @param name how messages call the folder
 * @throws RunFolderError when a file is missing, damaged, or contradicts another
 */
export async function readRun(storage: Storage, name = 'this folder'): Promise<SavedRun> {
  const run = await readRunRecord(storage, name);
  const cells = await readJson(storage, 'archive.json', archiveSchema, run.mark);
  if (!cells) {
    throw new RunFolderError(
      sentence`${name} has no archive.json yet: the run stopped before it saved. Resume it with ${setting('resumedEvolution')}.`,
    );
  }
  requireCells(run, cells);
  const { records: progress, damaged: damagedLines } = await readWholeLines(
    storage,
    'progress.jsonl',
    progressRecordSchema,
    ({ confidences }) =>
      confidences.length === cells.length
        ? undefined
        : `has ${String(confidences.length)} confidences, archive.json has ${String(cells.length)} cells`,
    run.mark,
  );
  const summary = await readJson(storage, 'summary.json', runSummarySchema, run.mark);
  return { run, progress, damagedLines, cells, summary };
}

/**
 * Reads `run.json` alone, for a run that may not have saved anything else yet.
 *
 * @throws RunFolderError when it is missing, damaged, or a gradient ascent's
 */
export async function readRunRecord(storage: Storage, name = 'this folder'): Promise<RunRecord> {
  return readRecordOf('evolution', runRecordSchema, storage, name);
}

/** Every class that the run is about has its cell, in order and under its name: none is exchanged, repeated or lost. */
function requireCells({ model, settings }: RunRecord, cells: readonly CellRecord[]): void {
  const classes = settings.classes ?? [...model.labels.keys()];
  for (const [index, { class: number, label }] of cells.entries()) {
    const place = `archive.json, cell ${String(index)}`;
    const wanted = classes[index];
    if (number !== wanted)
      throw contradictory(
        `${place} is of class ${String(number)}, run.json has ${wanted === undefined ? 'no such cell' : String(wanted)}`,
      );
    const name = model.labels[number];
    if (label !== name)
      throw contradictory(`${place} is labelled "${label}", run.json has "${name ?? 'no such class'}"`);
  }
  if (cells.length !== classes.length)
    throw contradictory(
      `archive.json has ${String(cells.length)} cells, run.json has ${String(classes.length)}`,
    );
}
