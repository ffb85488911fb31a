/** Drawing CPPNs: nodes at pixels a second, beside the sines and exponentials that the adapter makes in registers. */
import { flattenCppn, mutateCppn, randomCppn } from '../../src/genome/cppn-genome.ts';
import { CppnPopulation } from '../../src/genome/cppn-population.ts';
import type { CppnGenome } from '../../src/genome/genome.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import type { NetworkRow } from './network-row.ts';
import type { RenderingWork } from './network-works.ts';
import { sampleProgram } from '../sampling/sampling.ts';
import { runTimes } from '../sampling/run-once.ts';
import { throughputOf } from '../sampling/throughput.ts';
import { perRepetition } from '../sampling/repetitions.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

const seed = 1;
/** Generations that a genome has behind it: some have grown, most are small, as in an archive. */
const mutations = 100;

/** @param functions sines and exponentials that the adapter makes a second at most */
export async function benchRendering(
  gpu: Gpu,
  monitor: LoadMonitor,
  works: readonly RenderingWork[],
  functions: number,
  show: (row: NetworkRow) => void,
): Promise<void> {
  for (const { work, extent, batch: population } of works) {
    const [channels, height, width] = extent;
    const images = gpu.buffer('pictures', population * channels * Math.ceil((height * width) / 4) * 4);
    const settings = { size: population, cells: population, seed, extent, images };
    const drawn = CppnPopulation.create(gpu, settings, 'pixels');
    const genomes = Array.from({ length: population }, (_, index) => grown(channels, index));
    for (const [cell, genome] of genomes.entries()) drawn.restore(cell, genome);
    await drawn.show([...genomes.keys()]);
    const drawing = [drawn.render()];
    const sample = await sampleProgram(gpu, monitor, drawing, perRepetition);
    const flight = await throughputOf(monitor, population, sample, (times) => runTimes(gpu, drawing, times));
    const nodes = genomes.reduce((sum, genome) => sum + flattenCppn(genome).nodes, 0);
    const nodesPerSecond = (1000 * nodes * height * width) / sample.medianMs;
    show({
      work: `${work}, ${(nodes / population).toFixed(1)} nodes`,
      batch: population,
      adapter: gpu.adapter.name,
      ...sample,
      ...flight,
      imagesPerSecond: (1000 * population) / sample.medianMs,
      nodesPerSecond,
      ofFunctions: nodesPerSecond / functions,
    });
    images.destroy();
  }
}

function grown(channels: number, index: number): CppnGenome {
  let genome = randomCppn(channels, RandomStream.of(seed, 0, index));
  for (let generation = 1; generation <= mutations; generation++)
    genome = mutateCppn(genome, RandomStream.of(seed, generation, index));
  return genome;
}
