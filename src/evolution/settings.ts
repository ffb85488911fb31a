/** What a search is asked for, its defaults, and what is refused. */
import type { Coordinates } from '../genome/cppn-coordinates.ts';
import type { Genome } from '../genome/genome.ts';
import type { RandomViews } from '../model/crops.ts';
import type { Model } from '../model/model.ts';
import type { DenseStorage } from '../network/parameters.ts';

/** How a genome becomes an image: `cppn` or `direct` (paper §2.3). */
export type Encoding = Genome['encoding'];
export const encodings = ['cppn', 'direct'] as const satisfies readonly Encoding[];

/** Two searches with equal settings on one adapter give the same archive, bit for bit. */
export interface SearchSettings {
  /** How a genome becomes an image: through a network of functions, or a gene for each value (paper §2.3). */
  readonly encoding: Encoding;
  /** Children of a generation. */
  readonly population: number;
  /** Of all random numbers. */
  readonly seed: number;
  /** Views of a child that the network judges, of which the mean counts: the centre, or ten crops (paper §2.1). */
  readonly crops: 1 | 10;
  /** Averaged in place of the crops. */
  readonly randomViews?: RandomViews;
  /** How dense weights are kept on the device; f32 when absent. */
  readonly denseWeights?: DenseStorage;
  /** Classes that have a cell, in this order; every class of the model when absent. */
  readonly classes?: readonly number[];
  /** The frame in which a CPPN sees x and y: pixel indices, or normalised to [−1, 1]. */
  readonly coordinates: Coordinates;
}

/** Settings of a search with its length. */
export interface EvolutionSettings extends SearchSettings {
  /** Generations, the random one included. */
  readonly generations: number;
}

/** What is taken where a setting is left out. */
export const defaultSettings = {
  encoding: 'cppn',
  generations: 200,
  population: 200,
  seed: 1,
  crops: 1,
  coordinates: 'pixels',
} as const satisfies EvolutionSettings;

/** A setting has a value that it cannot have; the message names the setting, the value and what was expected. */
export class SearchSettingsError extends Error {
  override readonly name = 'SearchSettingsError';
}

/** Classes were named that the model does not have. */
export class ClassError extends Error {
  override readonly name = 'ClassError';
}

/** The settings alone, complete. @throws SearchSettingsError */
export function completeSettings(given: Partial<SearchSettings>): SearchSettings {
  const {
    encoding = defaultSettings.encoding,
    population = defaultSettings.population,
    seed = defaultSettings.seed,
    crops = defaultSettings.crops,
    coordinates = defaultSettings.coordinates,
    randomViews,
    denseWeights,
    classes,
  } = given;
  checkOneOf('encoding', encoding, encodings);
  checkWhole('population', population, 1);
  checkWhole('seed', seed, 0);
  checkOneOf('crops', crops, [1, 10]);
  checkOneOf('coordinates', coordinates, ['pixels', 'normalised']);
  return {
    ...{ encoding, population, seed, crops, coordinates },
    ...(randomViews && { randomViews }),
    ...(denseWeights && { denseWeights }),
    ...(classes && { classes }),
  };
}

/** @throws SearchSettingsError unless it is a whole number from `least` on */
export function checkWhole(setting: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new SearchSettingsError(
    `${setting} is ${String(value)}; expected a whole number from ${String(least)}`,
  );
}

function checkOneOf<T extends string | number>(setting: string, value: T, allowed: readonly T[]): void {
  if (allowed.includes(value)) return;
  const quoted = (one: unknown) => (typeof one === 'string' ? `"${one}"` : String(one));
  throw new SearchSettingsError(
    `${setting} is ${quoted(value)}; expected ${allowed.map(quoted).join(' or ')}`,
  );
}

/**
 * The classes that get a cell.
 * @param wanted every class when undefined
 * @throws ClassError naming the first that the model does not have, or that is wanted twice
 */
export function classesOf({ labels, name }: Model, wanted: readonly number[] | undefined): readonly number[] {
  if (!wanted) return [...labels.keys()];
  if (wanted.length === 0) throw new ClassError(`no class of ${name} is wanted; leave classes out for all`);
  const beyond = wanted.find((number) => !(number in labels));
  if (beyond !== undefined)
    throw new ClassError(`${name} has the classes 0 to ${String(labels.length - 1)}, not ${String(beyond)}`);
  const twice = wanted.find((number, place) => wanted.indexOf(number) !== place);
  if (twice !== undefined) throw new ClassError(`class ${String(twice)} is wanted twice`);
  return wanted;
}
