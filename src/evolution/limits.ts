/** How large a population an adapter can hold. */
import type { Gpu } from '../gpu/device.ts';
import { imageWords } from '../models/image-layout.ts';
import type { Model } from '../models/model.ts';

/** A population does not fit the adapter; the message says the largest that does. */
export class PopulationError extends Error {
  override readonly name = 'PopulationError';
}

/** Room for a CPPN of some 170 connections, far more than grow in the paper's runs; buffers grow when it is too little. */
const cppnBytes = 2048;

/** The most children that one generation may have: each of its buffers must fit one binding, each child a workgroup row. */
export function largestPopulation(gpu: Gpu, model: Model, encoding: 'cppn' | 'direct'): number {
  const { image } = model.preprocessing;
  const classes = model.labels.length;
  const genes = image[0] * image[1] * image[2];
  const bytesPerChild = Math.max(
    4 * imageWords(image),
    4 * classes,
    encoding === 'direct' ? 4 * genes : cppnBytes,
  );
  const binding = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  return Math.min(Math.floor(binding / bytesPerChild), gpu.limits.maxComputeWorkgroupsPerDimension);
}

/** @throws PopulationError */
export function checkPopulation(
  gpu: Gpu,
  model: Model,
  encoding: 'cppn' | 'direct',
  population: number,
): void {
  const most = largestPopulation(gpu, model, encoding);
  if (population <= most) return;
  throw new PopulationError(
    `a population of ${String(population)} does not fit ${gpu.adapter.name}; the largest that does with ${encoding} genomes for ${model.name} is ${String(most)}`,
  );
}
