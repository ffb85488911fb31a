/**
 * The state of an ascent: the courses so far, and the device's tensors of the batch that is climbed. Random numbers need no
 * state, they are counted by iteration, so a resumed ascent continues bit for bit as if it had never stopped.
 */
import { z } from 'zod';
import { CheckpointError, checkState, parseState, requireChecksum } from '../evolution/checkpoint.ts';
import { crc32 } from '../../storage/crc32.ts';
import type { Gpu } from '../../gpu/device.ts';
import { withChecksum } from '../../storage/checksum.ts';
import { dropDamaged, readGeneration, writeGeneration, type Generation } from '../../storage/generations.ts';
import type { Storage } from '../../storage/storage.ts';
import type { OptimiserState } from '../../ascent/optimiser/optimiser.ts';
import type { Immutable } from '../immutable.ts';
import { ascentRowSchema, type AscentRecord } from './schema.ts';
import { storedTrajectorySchema } from './stored-trajectory.ts';

const checkpointFolder = 'checkpoint';
export const statePath = `${checkpointFolder}/ascent.json`;

const count = z.int().min(0);
const stateSchema = z.object({
  /** 2: with a checksum. */
  format: z.literal([1, 2]),
  /** Of the ascent that it is of, where that has one. */
  mark: z.string().exactOptional(),
  version: z.string(),
  /** SHA-256 of the model's file. */
  model: z.string(),
  architecture: z.string(),
  adapter: z.string(),
  trial: count,
  /** Iterations since the lanes were filled. */
  iteration: count,
  evaluations: count,
  seconds: z.number().min(0),
  /** Objective of each lane; empty between fillings. */
  slots: z.array(count),
  /** The iteration at which it started there. */
  starts: z.array(count),
  /** Trajectories of this trial, in the order of the objectives: those that have begun. */
  courses: z.array(storedTrajectorySchema),
  /** What the archive says of those that are done. */
  rows: z.array(ascentRowSchema.nullable()),
  /** File of the tensors, its length and checksum; null between fillings. */
  tensors: z
    .object({ file: z.string().regex(/^checkpoint\/[\w-]+\.bin$/), bytes: count, crc32: count })
    .nullable(),
});

/** Where an ascent stands. The words of the file are those of its format, older than those of the code. */
export type AscentState = Immutable<z.infer<typeof stateSchema>>;

/**
 * The state that a folder's ascent was saved in last, or where that is damaged, the one before. The caller may write the
 * next one. Where there is an archive there was a state, so that one that is gone is an error.
 * @returns undefined when it never got that far
 * @throws CheckpointError saying what is wrong with it and what to do
 */
export async function takeState(storage: Storage): Promise<Generation<AscentState> | undefined> {
  const found = await readGeneration(storage, statePath, parseAscentState);
  if (found) await dropDamaged(storage, statePath, found);
  else if (await storage.read('archive.json'))
    throw new CheckpointError(
      `${statePath} is gone, and the ascent had got further: put it back from a copy, or start a new run in another folder`,
    );
  return found;
}

type StateOrigin = Pick<AscentState, 'mark' | 'version' | 'model' | 'architecture' | 'adapter'>;

/** What `run.json` says of where an ascent's numbers come from, as its states repeat it. */
export const stateOrigin = ({ mark, version, model, adapter }: AscentRecord): StateOrigin => ({
  ...(mark !== undefined && { mark }),
  version,
  model: model.sha256,
  architecture: model.architecture,
  adapter: adapter.description,
});

/** Where a new ascent stands: an archive without a state is then a sign of loss. */
export async function writeFirstState(storage: Storage, run: AscentRecord): Promise<void> {
  const nothing = { trial: 0, iteration: 0, evaluations: 0, seconds: 0 };
  const empty = { slots: [], starts: [], courses: [], rows: [] };
  await writeState(storage, { format: 2, ...stateOrigin(run), ...nothing, ...empty }, undefined, null);
}

/** @throws CheckpointError saying what is wrong with it and what to do */
export function parseAscentState(text: string, file: string): AscentState {
  const content = parseState(text, file);
  const parsed = checkState(stateSchema, content, file);
  if (parsed.format === 2) requireChecksum(content, file);
  return parsed;
}

/**
 * Tensors first, then the state that names them, then what no state names any more goes.
 * @param before the tensors that the state before names, which the next one is kept beside
 * @returns those that this one names
 */
export async function writeState(
  storage: Storage,
  state: Omit<AscentState, 'tensors'>,
  tensors: Uint8Array<ArrayBuffer> | undefined,
  before: AscentState['tensors'],
): Promise<AscentState['tensors']> {
  const { trial, evaluations } = state;
  const file = `${checkpointFolder}/${String(trial)}-${String(evaluations)}.bin`;
  if (tensors) await storage.write(file, tensors);
  const named = tensors ? { file, bytes: tensors.length, crc32: crc32(tensors) } : null;
  await writeGeneration(
    storage,
    statePath,
    JSON.stringify(withChecksum({ ...state, tensors: named })) + '\n',
  );
  for (const name of await storage.list(checkpointFolder)) {
    const path = `${checkpointFolder}/${name}`;
    if (/^[\w-]+\.bin(\.\d+)?$/.test(name) && path !== named?.file && path !== before?.file)
      await storage.remove(path);
  }
  return named;
}

/** The tensors one after the other, in the order of the state. */
export async function packTensors(gpu: Gpu, tensors: OptimiserState): Promise<Uint8Array<ArrayBuffer>> {
  const parts = await Promise.all([...tensors.values()].map((buffer) => gpu.read(buffer)));
  const packed = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    packed.set(new Uint8Array(part), offset);
    offset += part.byteLength;
  }
  return packed;
}

/** @throws CheckpointError when the file is missing, damaged, or of another size than the batch */
export async function unpackTensors(
  gpu: Gpu,
  storage: Storage,
  { tensors }: AscentState,
  into: OptimiserState,
): Promise<void> {
  if (!tensors) throw new CheckpointError(`${statePath} names no tensors of the batch that was climbed`);
  const { file } = tensors;
  const advice = 'put the file back from a copy, or start a new run in another folder';
  const bytes = await storage.read(file);
  if (!bytes) throw new CheckpointError(`${file} is missing; ${advice}`);
  const expected = [...into.values()].reduce((sum, { size }) => sum + size, 0);
  if (bytes.length !== tensors.bytes || bytes.length !== expected || crc32(bytes) !== tensors.crc32) {
    throw new CheckpointError(
      `${file} is not what was written (${String(bytes.length)} bytes, expected ${String(expected)}); ${advice}`,
    );
  }
  let offset = 0;
  for (const buffer of into.values()) {
    gpu.write(buffer, Uint8Array.from(bytes.subarray(offset, offset + buffer.size)));
    offset += buffer.size;
  }
}
