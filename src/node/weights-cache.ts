/**
 * The user's cache of published weight files. A file gets its name there only after its size and hashes have
 * been checked; beside it, `NAME.verified` says when that was.
 */
import { existsSync, statSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { WeightFileError } from '../formats/weight-file-error.ts';
import type { KnownWeights } from '../weights/known-weights.ts';
import { nearestName } from '../util/nearest-name.ts';
import { cacheFolder } from './cache-folder.ts';
import { checkFile, FileChecker } from './file-check.ts';
import { storageError } from './file-storage.ts';
import { writeWhole } from './write-whole.ts';
import { partSize, resumableSize } from './part-file.ts';
import { weightsManifest } from './weights-manifest.ts';

export function weightsCacheFolder(): string {
  return path.join(cacheFolder(), 'weights');
}

/** Where a weight file is or would be. */
export function cachePathOf(weights: KnownWeights): string {
  return path.join(weightsCacheFolder(), weights.file);
}

/** Where what has come of it so far is. */
export function partPathOf(weights: KnownWeights): string {
  return `${cachePathOf(weights)}.part`;
}

/**
 * The path of a weight file that `fool weights fetch NAME` has brought, or undefined: when there is no such
 * name, when it has not been fetched, or when the file has since lost its size. Its hash is not computed.
 */
export function cachedWeights(name: string): string | undefined {
  const weights = weightsManifest().find((known) => known.name === name);
  if (!weights) return undefined;
  const file = cachePathOf(weights);
  return existsSync(file) && statSync(file).size === weights.bytes ? file : undefined;
}

/**
 * A disk may change what it keeps: what was fetched is held to its hashes whenever it is read.
 * @param file any file; those outside of the cache belong to the user
 * @throws WeightFileError where it is a file of the cache and no longer what was published
 */
export function checkFetched(file: string, bytes: Uint8Array): void {
  const weights = weightsManifest().find((known) => path.resolve(file) === path.resolve(cachePathOf(known)));
  if (!weights) return;
  const checker = new FileChecker(weights);
  checker.update(bytes);
  const problem = checker.problem();
  if (problem !== undefined)
    throw new WeightFileError(
      `${file} is damaged (${problem}): fool weights fetch ${weights.name} fetches it again`,
    );
}

/** @throws WeightFileError naming the ones there are */
export function knownWeightsNamed(name: string): KnownWeights {
  const manifest = weightsManifest();
  const weights = manifest.find((known) => known.name === name);
  if (weights) return weights;
  const names = manifest.map((known) => known.name);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '' : `; was "${nearest}" meant?`;
  throw new WeightFileError(
    `no weights are known as "${name}"; known are ${names.join(', ') || 'none'}${hint}`,
  );
}

export interface CacheState {
  /** `damaged` has another size than was published; `partial` is a download that did not end. */
  readonly state: 'absent' | 'partial' | 'cached' | 'damaged';
  /** On disk, of the file or of its part. */
  readonly bytes: number;
  /** Of a partial one: whether the next fetch resumes it. */
  readonly resumable?: boolean;
  /** When its hashes were last found to hold, in ISO 8601; absent if it has been written to since. */
  readonly verified?: string;
}

export async function cacheStateOf(weights: KnownWeights): Promise<CacheState> {
  const file = cachePathOf(weights);
  const found = await stat(file).catch(() => undefined);
  if (!found) {
    const part = partPathOf(weights);
    const bytes = await partSize(part);
    if (bytes === 0) return { state: 'absent', bytes };
    return { state: 'partial', bytes, resumable: (await resumableSize(part)) > 0 };
  }
  const state = found.size === weights.bytes ? 'cached' : 'damaged';
  const record = await readRecord(file);
  const holds = record?.bytes === found.size && record.mtimeMs === found.mtimeMs;
  return { state, bytes: found.size, ...(record && holds ? { verified: record.verified } : {}) };
}

/**
 * Computes the hashes of a cached file and takes note of the outcome.
 * @returns what is wrong with it, or undefined when it is what was published
 */
export async function verifyCached(weights: KnownWeights): Promise<string | undefined> {
  const file = cachePathOf(weights);
  if (!existsSync(file)) return `it is not in the cache: fool weights fetch ${weights.name}`;
  const problem = await checkFile(file, weights);
  if (problem === undefined) await noteVerified(file);
  else await rm(recordPath(file), { force: true });
  return problem;
}

interface VerifiedRecord {
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly verified: string;
}

const recordSchema: z.ZodType<VerifiedRecord> = z.object({
  bytes: z.number(),
  mtimeMs: z.number(),
  verified: z.string(),
});

const recordPath = (file: string) => `${file}.verified`;

/** To be called when a file's hashes have just been found to hold. */
export async function noteVerified(file: string): Promise<void> {
  try {
    const { size, mtimeMs } = await stat(file);
    const record: VerifiedRecord = { bytes: size, mtimeMs, verified: new Date().toISOString() };
    await writeWhole(recordPath(file), JSON.stringify(record));
  } catch (error) {
    throw storageError('write', recordPath(file), error);
  }
}

async function readRecord(file: string): Promise<VerifiedRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(recordPath(file), 'utf8')));
  } catch {
    return undefined;
  }
}
