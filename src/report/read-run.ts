/** Reads the records of an evolution's run folder and refuses, in words, what is none. */
import type { CellRecord, ProgressRecord, RunRecord, RunSummary } from '../evolution/run-record.ts';
import {
  archiveSchema,
  progressRecordSchema,
  runRecordSchema,
  runSummarySchema,
} from '../evolution/run-schema.ts';
import type { Storage } from '../storage/storage.ts';
import { readJson, readLines, readRecordOf, RunFolderError } from './run-files.ts';

export { RunFolderError } from './run-files.ts';

/** The records of a run, finished or not. */
export interface RunFolder {
  readonly run: RunRecord;
  readonly progress: readonly ProgressRecord[];
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
export async function readRun(storage: Storage, name = 'this folder'): Promise<RunFolder> {
  const run = await readRunRecord(storage, name);
  const cells = await readJson(storage, 'archive.json', archiveSchema);
  if (!cells) {
    throw new RunFolderError(
      `${name} has no archive.json yet: the run stopped before it saved. Resume it with --resume.`,
    );
  }
  const progress = await readLines(storage, 'progress.jsonl', progressRecordSchema, ({ confidences }) =>
    confidences.length === cells.length
      ? undefined
      : `has ${String(confidences.length)} confidences, archive.json has ${String(cells.length)} cells`,
  );
  return { run, progress, cells, summary: await readJson(storage, 'summary.json', runSummarySchema) };
}

/**
 * Reads `run.json` alone, for a run that may not have saved anything else yet.
 *
 * @throws RunFolderError when it is missing, damaged, or a gradient ascent's
 */
export async function readRunRecord(storage: Storage, name = 'this folder'): Promise<RunRecord> {
  return readRecordOf('evolution', runRecordSchema, storage, name);
}
