/** A population of either encoding. */
import type { Gpu } from '../gpu/device.ts';
import type { Kernel } from '../gpu/kernel.ts';
import type { Coordinates } from './cppn-coordinates.ts';
import { firstDrawing } from './cppn-drawing.ts';
import { CppnPopulation } from './cppn-population.ts';
import { DirectPopulation, directKernels } from './direct-population.ts';
import type { Genome } from './genome.ts';
import type { Population, PopulationSettings } from './population.ts';

export interface PopulationKind {
  readonly encoding: Genome['encoding'];
  /** What CPPNs see as x and y; of no effect on direct genomes. */
  readonly coordinates: Coordinates;
}

/** The kernels that one is likely to need at first, which may be compiled before it is made. */
export function kernelsOfPopulation(
  encoding: Genome['encoding'],
  settings: Pick<PopulationSettings, 'size' | 'extent'>,
): Kernel[] {
  return encoding === 'cppn' ? firstDrawing(settings) : directKernels(settings);
}

/** One without elites and children. */
export function createPopulation(
  gpu: Gpu,
  { encoding, coordinates }: PopulationKind,
  settings: PopulationSettings,
): Promise<Population> {
  switch (encoding) {
    case 'cppn':
      return Promise.resolve(CppnPopulation.create(gpu, settings, coordinates));
    case 'direct':
      return DirectPopulation.create(gpu, settings);
  }
}
