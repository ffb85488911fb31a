/** Reads results files as `--json` writes them. Files of earlier versions lack what came later; unknown keys are let through. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { messageOf } from '../../src/util/message-of.ts';

/** A results file that is none; the message names the file and the place in it. */
export class ResultsFileError extends Error {
  override readonly name = 'ResultsFileError';
}

const figure = z.number().min(0);
const count = z.int().min(0);

const timing = {
  adapter: z.string().exactOptional(),
  medianMs: figure,
  p10Ms: figure,
  p90Ms: figure,
  /** Bounds of the 95 % confidence interval of the median. */
  lowMs: figure.exactOptional(),
  highMs: figure.exactOptional(),
  samples: count,
  /** 2 where the samples lie in two groups; see `humps.ts`. */
  humps: z.literal(2).exactOptional(),
  /** Each sample, in milliseconds. */
  times: z.array(figure).exactOptional(),
  /** Time of a fixed piece of work between the samples, at most, as a multiple of the least that it took. */
  slowdown: figure.exactOptional(),
  /** Medians of repetitions that are minutes apart. */
  visitsMs: z.array(figure).exactOptional(),
  /** What clock was read. */
  timer: z.string().exactOptional(),
  /** Of the row, where it is not the file's. */
  commit: z.string().exactOptional(),
};

const flight = {
  /** Images per second with `inFlight` submissions under way; absent where an engine waits for each, and in older files. */
  throughput: figure.exactOptional(),
  inFlight: count.exactOptional(),
};

const kernelRow = z.object({
  ...timing,
  /** Of the kernel family. */
  name: z.string(),
  variant: z.string(),
  /** In words, e.g. `conv2 forward, batch 200`. */
  shape: z.string(),
  gflops: figure,
  gbps: figure,
  /** Share of the roof above the case, 0 to 1. */
  ofPeak: figure.exactOptional(),
  /** Why `ofPeak` is above 1, where it is; see `roof-check.ts`. */
  aboveRoof: z.enum(['caches', 'reading', 'squares', 'doubtful']).exactOptional(),
  /** Floating-point operations per byte. */
  intensity: figure.exactOptional(),
  compileMs: figure.exactOptional(),
  /** Bytes. */
  workgroupMemory: figure.exactOptional(),
  /** Whether it is the variant that the family takes by itself. */
  chosen: z.boolean().exactOptional(),
});

const layerRow = z.object({
  pass: z.string(),
  label: z.string(),
  /** `family/variant`. */
  kernel: z.string(),
  workgroups: z.array(count),
  medianMs: figure,
  gflops: figure,
  gbps: figure,
  /** Of all dispatches of the network together, 0 to 1. */
  share: figure,
});

const networkRow = z.object({
  ...timing,
  work: z.string(),
  batch: count,
  /** Each submission waited for: what the latency, `medianMs`, comes to. */
  imagesPerSecond: figure,
  ...flight,
  gflops: figure.exactOptional(),
  nodesPerSecond: figure.exactOptional(),
  ofFunctions: figure.exactOptional(),
  deviceBytes: figure.exactOptional(),
  /** Dispatches of a submission. */
  dispatches: count.exactOptional(),
  /** Wall time of a submission less the sum of its dispatches. */
  overheadMs: figure.exactOptional(),
  /** `overheadMs` as a share of that wall time, 0 to 1. */
  overheadShare: figure.exactOptional(),
  layers: z.array(layerRow).exactOptional(),
});

const peerRow = z.object({
  ...timing,
  work: z.string(),
  batch: count,
  engine: z.string(),
  /** Each run waited for; of matrix products, products a second. */
  imagesPerSecond: figure,
  ...flight,
  gflops: figure.exactOptional(),
  /** Whether the engine's answer is that of the one that judges it; absent where they were not compared. */
  agrees: z.boolean().exactOptional(),
  /** What the engine's products are made of, where it has a choice, e.g. `fp32`, `tf32`, `fp16`. */
  precision: z.string().exactOptional(),
  /** How it was launched, where it has a choice: `eager` or, recorded once and replayed, `graph`. */
  mode: z.string().exactOptional(),
});

const evolutionRow = z.object({
  work: z.string(),
  seed: z.int(),
  adapter: z.string().exactOptional(),
  commit: z.string().exactOptional(),
  commandSeconds: figure,
  runSeconds: figure,
  evaluationsPerSecond: figure.exactOptional(),
  peakMemoryMiB: figure.exactOptional(),
  medianConfidence: figure.exactOptional(),
  minConfidence: figure.exactOptional(),
  renderMs: figure.exactOptional(),
  networkMs: figure.exactOptional(),
  readBackMs: figure.exactOptional(),
  evolutionMs: figure.exactOptional(),
  savingMs: figure.exactOptional(),
});

const origin = z.object({
  machine: z.object({
    cpu: z.string(),
    cores: count,
    memoryBytes: figure.exactOptional(),
    platform: z.string(),
    arch: z.string(),
  }),
  adapter: z.object({
    name: z.string(),
    kind: z.string().exactOptional(),
    vendor: z.string().exactOptional(),
    /** The driver's own words, its version among them. */
    description: z.string(),
  }),
  versions: z.record(z.string(), z.string()),
  commit: z.string(),
  date: z.string(),
  /** What the adapter was measured to reach at most. */
  peaks: z
    .object({
      gflops: figure,
      halfGflops: figure.exactOptional(),
      gbps: figure,
      /** Bytes of the smallest copy of that rate, read and written together. */
      copiedBytes: figure.exactOptional(),
      launchMs: figure.exactOptional(),
      /** When they were measured, which may be days before the rows. */
      date: z.string().exactOptional(),
    })
    .exactOptional(),
  /** The least that the fixed work between samples took; see `machine-load.ts`. */
  fixedWorkMs: figure.exactOptional(),
  /** True of a file that has less than was asked for, and why. */
  partial: z.boolean().exactOptional(),
  partialReason: z.string().exactOptional(),
  /** What a reader of the figures should know, in a sentence or two. */
  note: z.string().exactOptional(),
});

export type Timing = z.infer<z.ZodObject<typeof timing>>;
export type KernelResult = z.infer<typeof kernelRow>;
export type NetworkResult = z.infer<typeof networkRow>;
export type LayerResult = z.infer<typeof layerRow>;
export type PeerResult = z.infer<typeof peerRow>;
export type EvolutionResult = z.infer<typeof evolutionRow>;
export type ResultsOrigin = z.infer<typeof origin>;

export type ResultRow =
  | ({ readonly kind: 'kernel' } & KernelResult)
  | ({ readonly kind: 'network' } & NetworkResult)
  | ({ readonly kind: 'peer' } & PeerResult)
  | ({ readonly kind: 'evolution' } & EvolutionResult);

export interface Results extends ResultsOrigin {
  readonly rows: readonly ResultRow[];
}

/** @throws ResultsFileError when it cannot be read or is no results file */
export function readResults(path: string): Results {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ResultsFileError(`${path} cannot be read: ${messageOf(error)}`);
  }
  return parseResults(text, path);
}

/** @param file its name, for errors. @throws ResultsFileError */
export function parseResults(text: string, file: string): Results {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ResultsFileError(`${file} is no JSON: ${messageOf(error)}`);
  }
  return checkedResults(content, file);
}

/** As `parseResults`, of what JSON.parse gives. */
export function checkedResults(content: unknown, file: string): Results {
  const whole = check(z.object({ ...origin.shape, rows: z.array(z.looseObject({})) }), content, file, []);
  return { ...whole, rows: whole.rows.map((row, index) => rowOf(row, file, index)) };
}

/** What kind a row is follows from its keys: a whole run has a seed, a peer an engine. */
function rowOf(row: Readonly<Record<string, unknown>>, file: string, index: number): ResultRow {
  const place = ['rows', index];
  if ('variant' in row) return { kind: 'kernel', ...check(kernelRow, row, file, place) };
  if ('engine' in row) return { kind: 'peer', ...check(peerRow, row, file, place) };
  if ('seed' in row) return { kind: 'evolution', ...check(evolutionRow, row, file, place) };
  return { kind: 'network', ...check(networkRow, row, file, place) };
}

function check<T>(schema: z.ZodType<T>, value: unknown, file: string, place: readonly PropertyKey[]): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = placeText([...place, ...(issue?.path ?? [])]);
  throw new ResultsFileError(`${file} is no results file of the bench: ${where}: ${issue?.message ?? ''}`);
}

/** `rows[3].medianMs`, or `the file` for its outermost value. */
function placeText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
