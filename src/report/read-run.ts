/** Reads the records of a run folder and refuses, in words, what is no run. */
import type { z } from 'zod';
import type { CellRecord, ProgressRecord, RunRecord, RunSummary } from '../evolution/run-record.ts';
import {
  archiveSchema,
  progressRecordSchema,
  runRecordSchema,
  runSummarySchema,
} from '../evolution/run-schema.ts';
import { messageOf } from '../message-of.ts';
import type { Storage } from '../storage/storage.ts';

/** A folder is no run, or a file in it cannot be read; the message names the file, the field and what to do. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
}

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
  const progress = readProgress(await storage.read('progress.jsonl'), cells.length);
  return { run, progress, cells, summary: await readJson(storage, 'summary.json', runSummarySchema) };
}

/**
 * Reads `run.json` alone, for a run that may not have saved anything else yet.
 *
 * @throws RunFolderError when it is missing or damaged
 */
export async function readRunRecord(storage: Storage, name = 'this folder'): Promise<RunRecord> {
  const run = await readJson(storage, 'run.json', runRecordSchema);
  if (run) return run;
  throw new RunFolderError(`${name} is not a run folder: it has no run.json. Make one with "fool evolve".`);
}

async function readJson<T>(storage: Storage, file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const bytes = await storage.read(file);
  return bytes && check(schema, parse(file, decode(file, bytes)), file);
}

/** A crash can tear only the last line, which then lacks its line feed; damage anywhere else is an error. */
function readProgress(bytes: Uint8Array | undefined, cells: number): ProgressRecord[] {
  const lines = new TextDecoder().decode(bytes ?? new Uint8Array()).split('\n');
  const torn = lines.pop() ?? '';
  const records = lines.map((line, index) => readLine(line, index, cells));
  try {
    return torn.trim() === '' ? records : [...records, readLine(torn, lines.length, cells)];
  } catch {
    return records;
  }
}

function readLine(line: string, index: number, cells: number): ProgressRecord {
  const place = `progress.jsonl, line ${String(index + 1)}`;
  const record = check(progressRecordSchema, parse(place, line), place);
  if (record.confidences.length !== cells) {
    const given = `has ${String(record.confidences.length)} confidences, archive.json has ${String(cells)} cells`;
    throw new RunFolderError(`${place} ${given}: the files are not of one run. ${remedy}`);
  }
  return record;
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RunFolderError(`${file} is not UTF-8 text. ${remedy}`);
  }
}

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunFolderError(`${place} is not JSON (${messageOf(error)}). ${remedy}`);
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value, { reportInput: false });
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, issuesShown).map(({ path, message }) => {
    const field = path.map(String).join('.');
    return field === '' ? message : `${field}: ${message}`;
  });
  const more = result.error.issues.length - issues.length;
  const rest = more > 0 ? ` (and ${String(more)} more)` : '';
  throw new RunFolderError(`${place} is not what this version reads: ${issues.join('; ')}${rest}. ${remedy}`);
}

const issuesShown = 3;
const remedy = 'Restore the file from a copy, or make the run again.';
