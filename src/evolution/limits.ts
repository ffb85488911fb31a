/** How large a population an adapter can hold, and what a search takes of its memory. */
import { formatBytes } from '../gpu/errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { genomeWords } from '../kernels/genome/direct.ts';
import { imageWords } from '../image/image-layout.ts';
import type { Model } from '../model/model.ts';
import type { Encoding, SearchSettings } from './settings.ts';
import { SentenceError } from '../util/sentence.ts';

/** A population or an archive does not fit; the message says what does. */
export class PopulationError extends SentenceError {
  override readonly name = 'PopulationError';
}

/** A search needs more than it may take; the message names the settings of the library. */
export class SearchMemoryError extends PopulationError {
  /** @param needs what it needs, and what it may take */
  constructor(readonly needs: string) {
    super(`${needs}: choose fewer classes or a smaller population, or allow more with memoryBudget`);
  }
}

/** Room for a CPPN of some 170 connections, far more than grow in the paper's runs; buffers grow when it is too little. */
const cppnBytes = 2048;

/** The most children that one generation may have: each of its buffers must fit one binding, each child a workgroup row. */
export function largestPopulation(gpu: Gpu, model: Model, encoding: Encoding): number {
  const { image } = model.preprocessing;
  const classes = model.labels.length;
  const bytesPerChild = Math.max(4 * imageWords(image), 4 * classes, genomeBytes(model, encoding));
  const binding = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  return Math.min(Math.floor(binding / bytesPerChild), gpu.limits.maxComputeWorkgroupsPerDimension);
}

/** @throws PopulationError */
export function checkPopulation(gpu: Gpu, model: Model, encoding: Encoding, population: number): void {
  const most = largestPopulation(gpu, model, encoding);
  if (population <= most) return;
  throw new PopulationError(
    `a population of ${String(population)} does not fit ${gpu.adapter.name}; the largest that does with ${encoding} genomes for ${model.name} is ${String(most)}`,
  );
}

/** Bytes that a search holds on the device, beside the network's. */
export interface SearchMemory {
  readonly cells: number;
  /** The archive: a picture per cell, and with the direct encoding a genome. */
  readonly archive: number;
  /** One generation: its images and genomes. */
  readonly children: number;
  /** Copies on their way back; the first checkpoint finds every elite new, and takes as much as the archive. */
  readonly saving: number;
}

/**
 * What a search may take by default: 2 GiB. The paper's largest needs less: 1,000 cells of 3 × 256 × 256 with direct
 * genomes take 563 MiB, as much again while they are saved, and 200 children 113 MiB.
 */
export const defaultSearchBudget = 2 * 2 ** 30;

export function searchMemory(
  model: Model,
  { encoding, population }: Pick<SearchSettings, 'encoding' | 'population'>,
  cells: number,
): SearchMemory {
  const picture = 4 * imageWords(model.preprocessing.image);
  const genome = genomeBytes(model, encoding);
  // CPPNs are kept by the host; only those of the children are on the device.
  const archive = cells * (picture + (encoding === 'direct' ? genome : 0));
  return { cells, archive, children: population * (picture + genome), saving: archive };
}

/** @throws SearchMemoryError with the numbers when a search needs more than the budget */
export function checkMemory(
  { cells, archive, children, saving }: SearchMemory,
  model: Model,
  { encoding, population }: Pick<SearchSettings, 'encoding' | 'population'>,
  budget: number = defaultSearchBudget,
): void {
  const needed = archive + children + saving;
  if (needed <= budget) return;
  throw new SearchMemoryError(
    `${String(cells)} cells with ${encoding} genomes for ${model.name} need ${formatBytes(needed)} on the device (archive ${formatBytes(archive)}, as much again while saving, ${String(population)} children ${formatBytes(children)}), more than the ${formatBytes(budget)} that the search may take`,
  );
}

/** One line for people, e.g. `archive of 200 elites: 113 MiB on the device, 200 children: 113 MiB`. */
export function describeMemory({ cells, archive, children }: SearchMemory, population: number): string {
  return `archive of ${String(cells)} elites: ${formatBytes(archive)} on the device, ${String(population)} children: ${formatBytes(children)}`;
}

/** Bytes of one child's genome on the device. */
function genomeBytes(model: Model, encoding: Encoding): number {
  const [channels, height, width] = model.preprocessing.image;
  return encoding === 'direct' ? 4 * genomeWords(channels * height * width) : cppnBytes;
}
