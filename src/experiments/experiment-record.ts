/** The files of an experiment's folder: what it is, what its steps have found, and the conclusion. */
import { z } from 'zod';
import { readJson, RunFolderError } from '../runs/read-files.ts';
import { markOf, withChecksum, withChecksumIn } from '../storage/checksum.ts';
import type { Storage } from '../storage/storage.ts';
import { version } from '../version.ts';
import { scales, type Scale, type Values } from './experiment-settings.ts';
import type { Experiment, ExperimentStep } from './experiment.ts';

const value = z.union([z.number(), z.string().max(4096), z.array(z.int()).max(100_000).readonly(), z.null()]);

/** `experiment.json`: written at the start, and when its first device is known. */
export interface ExperimentRecord {
  readonly format: 1;
  readonly version: string;
  readonly name: string;
  readonly scale: Scale;
  readonly settings: Values;
  /** When it was started first, ISO 8601. */
  readonly started: string;
  readonly mark: string;
  /** What all of it runs on; undefined before the first step. */
  readonly adapter?: { readonly name: string; readonly description: string };
}

const recordSchema: z.ZodType<ExperimentRecord> = z.object({
  format: z.literal(1),
  version: z.string(),
  name: z.string().max(100),
  scale: z.enum(scales),
  settings: z.record(z.string().max(100), value),
  started: z.string(),
  mark: z.string(),
  adapter: z.object({ name: z.string(), description: z.string() }).exactOptional(),
});

export const recordPath = 'experiment.json';
export const conclusionPath = 'conclusion.json';
export const stepPath = (id: string): string => `steps/${id}.json`;
export const figurePath = (file: string): string => `figures/${file}`;

export function newRecord(
  { name }: Experiment,
  scale: Scale,
  settings: Values,
  started: string,
): ExperimentRecord {
  return { format: 1, version, name, scale, settings, started, mark: markOf({ name, settings, version }) };
}

const json = (content: unknown): string => JSON.stringify(content, null, 1) + '\n';

export const writeRecord = (storage: Storage, record: ExperimentRecord): Promise<void> =>
  storage.write(recordPath, json(withChecksum(record)));

/** Undefined where the folder holds none. @throws RunFolderError where it is damaged */
export const readRecord = (storage: Storage): Promise<ExperimentRecord | undefined> =>
  readJson(storage, recordPath, recordSchema);

export const writeResult = (
  storage: Storage,
  { mark }: ExperimentRecord,
  { id }: ExperimentStep<unknown>,
  result: unknown,
): Promise<void> => storage.write(stepPath(id), json(withChecksumIn(mark)({ format: 1, id, result })));

/**
 * Undefined where the step is not done yet.
 * @throws RunFolderError where its file is damaged, or another experiment's
 */
export async function readResult<R>(
  storage: Storage,
  { mark }: ExperimentRecord,
  { id, result }: ExperimentStep<R>,
): Promise<R | undefined> {
  const schema = z.object({ format: z.literal(1), id: z.literal(id), result });
  return (await readJson(storage, stepPath(id), schema, mark))?.result;
}

const rowSchema = z.object({
  what: z.string(),
  paper: z.string(),
  here: z.string(),
  differs: z.string().exactOptional(),
});

/** `conclusion.json`: the table, and the files of the figures. */
const conclusionSchema = z.object({
  format: z.literal(1),
  title: z.string(),
  section: z.string(),
  about: z.string(),
  rows: z.array(rowSchema).max(1000),
  cost: z.array(rowSchema).max(1000),
  remarks: z.array(z.string()).max(1000),
  /** Settings that differ from the paper's. */
  differences: z.array(z.string()).max(1000),
  figures: z
    .array(z.object({ file: z.string().regex(/^[a-z0-9-]+\.(svg|png)$/), caption: z.string() }))
    .max(1000),
  numbers: z.record(z.string(), z.unknown()),
});
export type ConclusionRecord = z.infer<typeof conclusionSchema>;

export const writeConclusion = (
  storage: Storage,
  { mark }: ExperimentRecord,
  conclusion: ConclusionRecord,
): Promise<void> => storage.write(conclusionPath, json(withChecksumIn(mark)(conclusion)));

/** Undefined where the experiment is not done yet. @throws RunFolderError */
export const readConclusion = (
  storage: Storage,
  { mark }: ExperimentRecord,
): Promise<ConclusionRecord | undefined> => readJson(storage, conclusionPath, conclusionSchema, mark);

export { RunFolderError };
