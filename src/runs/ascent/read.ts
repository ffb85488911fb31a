/** Reads the records of a gradient ascent's run folder and refuses, in words, what is none. */
import {
  ascentArchiveSchema,
  ascentHistorySchema,
  ascentProgressSchema,
  ascentRecordSchema,
  ascentSummarySchema,
  trialsSchema,
  type AscentHistory,
  type AscentProgress,
  type AscentRecord,
  type AscentRow,
  type AscentSummary,
  type TrialRecord,
} from './schema.ts';
import type { Storage } from '../../storage/storage.ts';
import {
  contradictory,
  readJson,
  readLines,
  readRecordOf,
  readWholeLines,
  RunFolderError,
} from '../read-files.ts';
import { sentence, setting } from '../../util/sentence.ts';

/** The records of an ascent, finished or not. */
export interface SavedAscent {
  readonly run: AscentRecord;
  readonly progress: readonly AscentProgress[];
  /** Lines of `progress.jsonl` that cannot be read. */
  readonly damagedLines: number;
  /** In the order of the settings' objectives; the last ones are missing while the run has not come to them. */
  readonly rows: readonly AscentRow[];
  /** Of the first rows; a run that was killed may lack the rest. */
  readonly history: readonly AscentHistory[];
  /** In the order of the settings' trials; empty when only one is made. */
  readonly trials: readonly TrialRecord[];
  /** Undefined when the run was killed before it could write one. */
  readonly summary: AscentSummary | undefined;
}

/**
 * Reads `run.json`, `progress.jsonl`, `archive.json`, `history.jsonl`, `trials.json` and `summary.json`.
 *
 * @param storage the run folder
 * @param name how messages call the folder
 * @throws RunFolderError when a file is missing, damaged, or contradicts another
 */
export async function readAscent(storage: Storage, name = 'this folder'): Promise<SavedAscent> {
  const run = await readAscentRecord(storage, name);
  const rows = await readJson(storage, 'archive.json', ascentArchiveSchema, run.mark);
  if (!rows) {
    throw new RunFolderError(
      sentence`${name} has no archive.json yet: the ascent stopped before it saved. Resume it with ${setting('resumedAscent')}.`,
    );
  }
  requireRows(run, rows, 'archive.json');
  const { records: progress, damaged: damagedLines } = await readWholeLines(
    storage,
    'progress.jsonl',
    ascentProgressSchema,
    () => undefined,
    run.mark,
  );
  const history = await readLines(
    storage,
    'history.jsonl',
    ascentHistorySchema,
    ({ objective }, index) => strangeName(run, objective, index),
    run.mark,
  );
  const trials = await readTrials(storage, run.mark);
  requireTrials(run, trials);
  const summary = await readJson(storage, 'summary.json', ascentSummarySchema, run.mark);
  return { run, progress, damagedLines, rows, history: history.slice(0, rows.length), trials, summary };
}

/**
 * Reads `run.json` alone, for a run that may not have saved anything else yet.
 *
 * @throws RunFolderError when it is missing, damaged, or an evolution's
 */
export async function readAscentRecord(storage: Storage, name = 'this folder'): Promise<AscentRecord> {
  return readRecordOf('ascent', ascentRecordSchema, storage, name);
}

/**
 * Reads `trials.json`: the trials that are complete, none where the run makes only one.
 *
 * @throws RunFolderError when it is damaged
 */
export async function readTrials(storage: Storage, mark?: string): Promise<readonly TrialRecord[]> {
  return (await readJson(storage, 'trials.json', trialsSchema, mark)) ?? [];
}

function requireTrials({ settings, ...run }: AscentRecord, trials: readonly TrialRecord[]): void {
  for (const [index, { name, rows }] of trials.entries()) {
    const wanted = settings.trials[index]?.name;
    if (name !== wanted) {
      const given = wanted === undefined ? 'no trial' : `"${wanted}"`;
      throw contradictory(`trials.json has "${name}" in place ${String(index)}, run.json has ${given}`);
    }
    requireRows({ settings, ...run }, rows, `trials.json, "${name}"`);
  }
}

function requireRows(run: AscentRecord, rows: readonly AscentRow[], place: string): void {
  for (const [index, row] of rows.entries()) {
    const where = `${place}, row ${String(index)}`;
    const strange = strangeName(run, row.objective, index);
    if (strange !== undefined) throw contradictory(`${where} ${strange}`);
    const classes = run.model.labels.length;
    if (row.class >= classes)
      throw contradictory(`${where} is of class ${String(row.class)}, the model has ${String(classes)}`);
    const watched = run.settings.objectives[index]?.watched ?? row.class;
    if (row.class !== watched)
      throw contradictory(`${where} is of class ${String(row.class)}, run.json watches ${String(watched)}`);
    const name = run.model.labels[row.class];
    if (row.label !== name)
      throw contradictory(`${where} is labelled "${row.label}", run.json has "${name ?? ''}"`);
  }
}

function strangeName({ settings }: AscentRecord, name: string, index: number): string | undefined {
  const wanted = settings.objectives[index]?.name;
  if (name === wanted) return undefined;
  return `is of "${name}", run.json has ${wanted === undefined ? 'no such objective' : `"${wanted}"`}`;
}
