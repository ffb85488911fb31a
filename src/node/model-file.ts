/** Finds a model by the name of a bundled one, of one in the cache, or by its path. */
import { existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { weightFileEndings } from '../formats/read-weights.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { formatBytes } from '../gpu/errors.ts';
import { messageOf } from '../util/message-of.ts';
import { type Model } from '../model/model.ts';
import { readModel } from '../weights/read-model.ts';
import { nearestName } from '../util/nearest-name.ts';
import { packageFolder } from './package-folder.ts';
import { readRegular } from './read-regular.ts';
import { sha256Of } from './sha256.ts';
import { cachedWeights, checkFetched } from './weights-cache.ts';
import { weightsManifest } from './weights-manifest.ts';

/** A model with the file that it is of. */
export interface LoadedModel {
  readonly model: Model;
  readonly path: string;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

/** No model goes by the name that the user gave. */
export class UnknownModelError extends WeightFileError {
  override readonly name = 'UnknownModelError';
}

/** No network of this project is larger; AlexNet in f32 has 244 MB. */
const mostBytes = 2 ** 31;
const extension = '.safetensors';

/**
 * @param name a bundled model's name, the path of a weight file of any format, or the name of a fetched one
 * @throws UnknownModelError saying which names there are; WeightFileError saying what is wrong with the file
 */
export async function loadModel(name: string, architecture?: string): Promise<LoadedModel> {
  const path = findWeightFile(name);
  const bytes = await readWeightBytes(path);
  const model = readModel(bytes, path, basename(path, extname(path)), architecture);
  return { model, path, sha256: sha256Of(bytes) };
}

/**
 * A weight file as it is.
 * @throws WeightFileError when it cannot be read, is larger than any network of this project, or was fetched and is no longer
 * what was published
 */
export async function readWeightBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes)
      throw new WeightFileError(`${path} has ${String(size)} bytes, more than any known model`);
    const bytes = await readRegular(path);
    checkFetched(path, bytes);
    return bytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new WeightFileError(`cannot read ${path}: ${messageOf(error)}`);
    throw error;
  }
}

/** Names of the bundled models. */
export function shippedModels(): string[] {
  const folder = weightsFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension))
    .map((file) => basename(file, extension))
    .sort();
}

/**
 * The file that a name stands for.
 * @throws UnknownModelError saying which names there are, or that it is one that must be fetched first
 */
export function findWeightFile(name: string): string {
  const shipped = join(weightsFolder(), name + extension);
  if (/^[\w-]+$/.test(name) && existsSync(shipped)) return shipped;
  if (existsSync(name)) return name;
  const fetched = cachedWeights(name);
  if (fetched !== undefined) return fetched;
  const known = weightsManifest();
  const published = known.find((weights) => weights.name === name);
  if (published) {
    const size = formatBytes(published.bytes);
    throw new UnknownModelError(
      `the model "${name}" is known, but was not fetched: fool weights fetch ${name} brings it (${size})`,
    );
  }
  const shippedNames = shippedModels();
  const names = [...shippedNames, ...known.map((weights) => weights.name), ...weightFilesBeside(name)];
  const nearest = nearestName(name, names);
  throw new UnknownModelError(
    `unknown model "${name}": it is neither a shipped model (${shippedNames.join(', ') || 'none'}) nor a file, nor was it fetched (fool weights list)${nearest === undefined ? '' : `; was "${nearest}" meant?`}`,
  );
}

/** Paths of the weight files in the folder in which a file was looked for. */
function weightFilesBeside(path: string): string[] {
  const folder = dirname(path);
  const isFile = (name: string) => weightFileEndings.some((ending) => name.toLowerCase().endsWith(ending));
  try {
    const names = readdirSync(folder).filter(isFile);
    return names.map((name) => path.slice(0, path.length - basename(path).length) + name);
  } catch {
    return [];
  }
}

const weightsFolder = (): string => join(packageFolder(), 'weights');
