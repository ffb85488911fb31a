/** What the readers of run folders share: JSON out of a storage, checked, and refused in words. */
import { z } from 'zod';
import { messageOf } from '../util/message-of.ts';
import { checksumState } from '../storage/checksum.ts';
import { parseLine } from '../storage/lines.ts';
import type { Storage } from '../storage/storage.ts';
import { SentenceError, sentence, setting, type Setting } from '../util/sentence.ts';

/** A folder is no run, or a file in it cannot be read; the message names the file, the field and what to do. */
export class RunFolderError extends SentenceError {
  override readonly name = 'RunFolderError';
}

/** What a run folder holds: images that evolved, or images that climbed along a gradient. */
export type RunKind = 'evolution' | 'ascent';

interface Named {
  readonly what: string;
  readonly command: string;
  /** What goes on with it. */
  readonly resumed: Setting;
}

const named: Readonly<Record<RunKind, Named>> = {
  evolution: {
    what: "an evolution's folder",
    command: 'fool evolve',
    resumed: setting('resumedEvolution', { command: 'fool evolve' }),
  },
  ascent: {
    what: "a gradient ascent's folder",
    command: 'fool ascend',
    resumed: setting('resumedAscent', { command: 'fool ascend' }),
  },
};

/**
 * Which of the two a folder holds, as its `run.json` says.
 *
 * @param storage the run folder
 * @param name how messages call the folder
 * @throws RunFolderError when `run.json` is missing, damaged, or of a kind that this version does not know
 */
export async function readRunKind(storage: Storage, name = 'this folder'): Promise<RunKind> {
  return kindOf(await readRunJson(storage, name));
}

/**
 * `run.json`, which must be of a kind.
 *
 * @throws RunFolderError when it is missing, damaged or of the other kind
 */
export async function readRecordOf<T>(
  kind: RunKind,
  schema: z.ZodType<T>,
  storage: Storage,
  name: string,
): Promise<T> {
  const value = await readRunJson(storage, name, named[kind].command);
  const found = kindOf(value);
  if (found === kind) return check(schema, value, 'run.json');
  const { what, resumed } = named[found];
  throw new RunFolderError(sentence`${name} is ${what}; "${resumed}" goes on with it.`);
}

async function readRunJson(storage: Storage, name: string, command?: string): Promise<unknown> {
  const value = await readJson(storage, 'run.json', z.unknown());
  if (value !== undefined) return value;
  if (await storage.read('experiment.json'))
    throw new RunFolderError(
      sentence`${name} is an experiment's folder, whose runs are below ${name}/runs; "${setting('resume', { command: 'fool experiment NAME' })}" goes on with it.`,
    );
  const commands = command === undefined ? '"fool evolve" or "fool ascend"' : `"${command}"`;
  throw new RunFolderError(`${name} is not a run folder: it has no run.json. Make one with ${commands}.`);
}

/** An evolution's record is older than the word and does not have it. */
function kindOf(value: unknown): RunKind {
  const { kind } = check(kindSchema, value, 'run.json');
  return kind ?? 'evolution';
}

const kindSchema = z.object({ kind: z.literal('ascent').optional() });

/**
 * The file's content, or undefined when there is none.
 *
 * @param mark of the run, as `run.json` says; here as below
 */
export async function readJson<T>(
  storage: Storage,
  file: string,
  schema: z.ZodType<T>,
  mark?: string,
): Promise<T | undefined> {
  const bytes = await storage.read(file);
  return bytes && check(schema, parse(file, decode(file, bytes)), file, mark);
}

/** Of a file of lines: those that can be read, and how many others there are. */
export interface ReadableLines<T> {
  readonly records: readonly T[];
  readonly damaged: number;
}

/** As `readLines`, for a file that is of use without the lines that are damaged: they are passed over, and counted. */
export async function readWholeLines<T>(
  storage: Storage,
  file: string,
  schema: z.ZodType<T>,
  contradiction: (record: T) => string | undefined,
  mark?: string,
): Promise<ReadableLines<T>> {
  const lines = decodeLines(await storage.read(file));
  // Behind the last line feed is nothing, or what a crash left of a line.
  const values = lines.slice(0, -1).map((line) => parseLine(line, schema, mark));
  const records = values.filter((value) => value !== undefined);
  const last = parseLine(lines.at(-1) ?? '', schema, mark);
  if (last !== undefined) records.push(last);
  for (const record of records) {
    const against = contradiction(record);
    if (against !== undefined) throw contradictory(`${file}: a line ${against}`);
  }
  return { records, damaged: values.filter((value) => value === undefined).length };
}

/** `2 damaged lines are` */
export const damagedLinesAre = (count: number): string =>
  count === 1 ? '1 damaged line is' : `${String(count)} damaged lines are`;

const decodeLines = (bytes: Uint8Array | undefined): string[] =>
  new TextDecoder().decode(bytes ?? new Uint8Array()).split('\n');

/**
 * A file of a JSON value per line, empty when there is none. A crash can tear only the last line, which then lacks its
 * line feed; damage anywhere else is an error.
 *
 * @param contradiction what of a line contradicts the other files, or undefined
 */
export async function readLines<T>(
  storage: Storage,
  file: string,
  schema: z.ZodType<T>,
  contradiction: (record: T, index: number) => string | undefined,
  mark?: string,
): Promise<T[]> {
  const lines = decodeLines(await storage.read(file));
  const read = (line: string, index: number): T => {
    const place = `${file}, line ${String(index + 1)}`;
    const record = check(schema, parse(place, line), place, mark);
    const against = contradiction(record, index);
    if (against === undefined) return record;
    throw contradictory(`${place} ${against}`);
  };
  const torn = lines.pop() ?? '';
  const records = lines.map(read);
  try {
    return torn.trim() === '' ? records : [...records, read(torn, lines.length)];
  } catch {
    return records;
  }
}

/** Files that are whole and do not belong together. */
export function contradictory(what: string): RunFolderError {
  return new RunFolderError(`${what}: the files are not of one run. ${remedy}`);
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

function check<T>(schema: z.ZodType<T>, value: unknown, place: string, mark?: string): T {
  const records: unknown[] = Array.isArray(value) ? value : [value];
  if (records.some((record) => checksumState(record, mark) === 'damaged'))
    throw new RunFolderError(`${place} is not what was written: a checksum does not hold. ${remedy}`);
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
