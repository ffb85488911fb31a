/**
 * A checkpoint of a training as one file. Two lines of text hold the format's version and the SHA-256 of all that follows them,
 * which is a safetensors file: parameters and velocities as the device holds them, and in its metadata, under `training`, the record
 * of what is trained, how, on what, and how far it got. Random numbers need no state, they are counted by step.
 */
import { z } from 'zod';
import { readSafetensors, writeSafetensors } from '../../formats/safetensors.ts';
import { presentable } from '../../formats/refusal.ts';
import { sha256Hex } from '../../formats/sha256.ts';
import { parseStrictJson } from '../../formats/strict-json.ts';
import { messageOf } from '../../util/message-of.ts';
import type { Architecture } from '../../network/layer.ts';
import { parameterShapes } from '../../network/parameter-shapes.ts';
import { parameterSizes } from '../../network/parameters.ts';
import { trainingSteps } from './training.ts';
import { TrainingCheckpointError, type TrainingState } from './training-state.ts';

/** What is trained, how and on what: all of it decides the bits of the weights, but for `host`. */
export interface TrainingPlan {
  /** Of the engine. */
  readonly version: string;
  readonly architecture: string;
  /** Description of the adapter, its driver included. */
  readonly adapter: string;
  /** Its `sha256` is that of `fingerprintOf`. */
  readonly dataset: { readonly name: string; readonly images: number; readonly sha256: string };
  readonly epochs: number;
  readonly seed: number;
  readonly descent: {
    readonly batch: number;
    readonly rate: number;
    readonly momentum: number;
    readonly decay: number;
  };
  /** Where the host found data and adapter: the names that it was given. */
  readonly host: { readonly adapter: string; readonly data: string | null };
}

/** A training that can go on: its plan and its state. */
export interface TrainingCheckpoint extends TrainingPlan, TrainingState {
  /** Spent on training, over all processes. */
  readonly seconds: number;
}

const formatVersion = 1;
const title = 'easily-fooled training checkpoint ';
const head = `${title}${String(formatVersion)}\n`;
/** The second line. */
const checksumLength = 64 + 1;
const recordKey = 'training';
/** Record → table of variants. */
const recordDepth = 2;
/** Room for text beside the tensors: the record of LeNet takes 4 KiB. */
const mostText = 2 ** 20;

const count = z.int().min(0);
const table = z.record(z.string(), z.string());
const finite = z.number();
const recordSchema = z
  .object({
    version: z.string(),
    architecture: z.string(),
    adapter: z.string(),
    dataset: z.object({ name: z.string(), images: count.min(1), sha256: z.string() }),
    epochs: count.min(1),
    seed: count,
    descent: z.object({
      batch: count.min(4).multipleOf(4),
      rate: finite,
      momentum: finite,
      decay: finite,
    }),
    host: z.object({ adapter: z.string(), data: z.string().nullable() }),
    seconds: z.number().min(0),
    step: count,
    loss: z.number().nullable(),
    variants: table,
    choices: table,
  })
  .refine(({ step, dataset, epochs, descent }) => step < trainingSteps(dataset.images, epochs, descent), {
    message: 'is beyond the end of the training',
    path: ['step'],
  });

/** Bytes that a checkpoint of an architecture has at most: a larger file need not be read. */
export function mostCheckpointBytes(architecture: Architecture): number {
  const floats = parameterShapes(architecture)
    .map(parameterSizes)
    .reduce((sum, { weight, bias }) => sum + weight + bias, 0);
  return 2 * 4 * floats + mostText;
}

/**
 * The bytes of a checkpoint that `readCheckpoint` reads back.
 * @throws WeightFileError naming a tensor that holds a value that is not finite
 */
export async function writeCheckpoint(checkpoint: TrainingCheckpoint): Promise<Uint8Array<ArrayBuffer>> {
  const { tensors, ...record } = checkpoint;
  const stored = [...tensors].map(
    ([name, data]) => ({ name, dtype: 'F32', shape: [data.length], data }) as const,
  );
  const body = writeSafetensors(stored, { [recordKey]: JSON.stringify(record) });
  const text = new TextEncoder().encode(`${head}${await sha256Hex(body)}\n`);
  const bytes = new Uint8Array(text.length + body.length);
  bytes.set(text);
  bytes.set(body, text.length);
  return bytes;
}

/**
 * Reads what `writeCheckpoint` has written: that and nothing else, since the checksum covers every byte after it. Nothing is
 * allocated by what a damaged file says of itself.
 * @param file its name, for messages
 * @throws TrainingCheckpointError saying what is wrong
 */
export async function readTrainingCheckpoint(bytes: Uint8Array, file: string): Promise<TrainingCheckpoint> {
  const fail = (problem: string): never => {
    throw new TrainingCheckpointError(`${file} ${presentable(problem)}`);
  };
  const bodyAt = head.length + checksumLength;
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, bodyAt));
  const other = /^\d+(?=\n)/.exec(text.startsWith(title) ? text.slice(title.length) : '')?.[0];
  if (other !== undefined && other !== String(formatVersion))
    fail(
      `has format ${other}, this version reads format ${String(formatVersion)}: go on with the version that wrote it`,
    );
  if (!text.startsWith(head)) fail('is no checkpoint of a training, or its beginning is damaged');
  const body = bytes.subarray(bodyAt);
  if (text.slice(head.length) !== `${await sha256Hex(body)}\n`)
    fail('is damaged or was cut short: its content has not the checksum that it was written with');
  const { tensors, metadata } = bodyOf(body, file);
  const record = recordSchema.safeParse(recordOf(metadata[recordKey] ?? '', fail));
  if (!record.success) {
    const [issue] = record.error.issues;
    return fail(
      `has a record that is not one of a training: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
    );
  }
  const values = [...tensors].map(([name, { data }]) => [name, Float32Array.from(data)] as const);
  return { ...record.data, tensors: new Map(values) };
}

function bodyOf(body: Uint8Array, file: string) {
  try {
    return readSafetensors(body, file);
  } catch (error) {
    throw new TrainingCheckpointError(messageOf(error), { cause: error });
  }
}

function recordOf(text: string, fail: (problem: string) => never): unknown {
  try {
    return parseStrictJson(text, recordDepth);
  } catch (error) {
    return fail(`has a record that is no JSON (${messageOf(error)})`);
  }
}

/** @throws TrainingCheckpointError where a checkpoint says something else than what there is here */
export function checkSame(file: string, what: string, found: string, here: string, advice: string): void {
  if (found === here) return;
  throw new TrainingCheckpointError(
    `${file} comes from another ${what}: ${presentable(found)}, here it is ${here}; ${advice}`,
  );
}
