import { expect, test } from 'vitest';
import { CppnPopulation } from '../../src/genome/cppn-population.ts';
import { DirectPopulation } from '../../src/genome/direct-population.ts';
import type { Population, PopulationSettings } from '../../src/genome/population.ts';
import { openTestGpu } from '../gpu.ts';

async function populationOf(
  encoding: 'cppn' | 'direct',
  population: number,
  cells: number,
): Promise<Population> {
  const gpu = await openTestGpu();
  const images = gpu.buffer('images', population * 3 * 36);
  const settings: PopulationSettings = {
    size: population,
    cells,
    seed: 2 ** 40 + 7,
    extent: [3, 5, 7],
    images,
  };
  return encoding === 'cppn'
    ? CppnPopulation.create(gpu, settings, 'pixels')
    : DirectPopulation.create(gpu, settings);
}

test.each(['cppn', 'direct'] as const)(
  'a %s genome is made again from its ancestors’ numbers alone, bit for bit',
  async (encoding) => {
    // Beyond the generations after which the rate of direct mutation halves.
    const birthsOfLine = [
      { generation: 0, child: 10 },
      { generation: 1, child: 0 },
      { generation: 999, child: 7 },
      { generation: 1000, child: 12 },
      { generation: 3500, child: 3 },
    ];
    const lived = await populationOf(encoding, 13, 3);
    await lived.first();
    for (const { generation, child } of birthsOfLine) {
      // The line is in cell 1; the others are somebody else's.
      if (generation > 0)
        await lived.vary(
          new Uint32Array(13).map((_, index) => (index === child ? 1 : 0)),
          generation,
        );
      lived.adopt([
        { cell: 0, child: (child + 1) % 13 },
        { cell: 1, child },
      ]);
    }
    const replayed = await populationOf(encoding, 2, 3);
    let parent: number | undefined;
    for (const [step, birth] of birthsOfLine.entries()) {
      const cell = step % 2 === 0 ? 2 : 0;
      await replayed.replay(cell, { ...birth, parent });
      parent = cell;
    }
    const [expected, other] = await lived.genomes([1, 0]);
    const [found] = await replayed.genomes([2]);
    expect(found).toEqual(expected);
    expect(found).not.toEqual(other);
  },
);
