import { describe, expect, it } from 'vitest';
import { ascentGenome } from '../../../src/ascent/parametrisation/cppn-genome.ts';
import type { CppnGenome } from '../../../src/genome/genome.ts';
import { RandomStream } from '../../../src/random/threefry.ts';
import { wideGenome } from '../../genome/genomes.ts';
import { randomValues } from '../../kernels/numbers.ts';
import { type Settings, withWeights, evolved, rounded, family } from './cppn-weights.ts';

describe('the picture of the weights', () => {
  it.each([
    [1, 28, 28, 4, 'pixels'],
    [3, 17, 13, 8, 'normalised'],
    [3, 32, 48, 4, 'pixels'],
  ] as const)(
    'is byte for byte what evolution draws: %i channels, %i × %i, batch %i, %s',
    async (channels, height, width, batch, coordinates) => {
      const settings: Settings = { extent: [channels, height, width], batch, coordinates };
      const genomes = family(channels, [0, 7, 40]);
      await withWeights(settings, genomes, async ({ gpu, weights, draw }) => {
        const lanes = Array.from({ length: batch }, (_, lane) => genomes[lane % 3]!);
        expect(await draw()).toEqual(await evolved(gpu, settings, lanes));
        const climbed = randomValues(weights.values * batch, 3).map((value) => 10 * value);
        gpu.write(weights.parameters, climbed);
        const after = await draw();
        expect(after).toEqual(await evolved(gpu, settings, weights.genomesOf(climbed)));
        expect(new Set(after).size).toBeGreaterThan(50);
      });
    },
  );

  it('is so for a genome of 1,000 nodes whose values are all held at once', async () => {
    const settings: Settings = { extent: [1, 12, 12], batch: 4, coordinates: 'normalised' };
    const genomes = [wideGenome(999), ascentGenome(RandomStream.of(31, 2), 1, 12)];
    await withWeights(settings, genomes, async ({ gpu, draw }) => {
      const bytes = await draw();
      expect(bytes).toEqual(await evolved(gpu, settings, [...genomes, ...genomes]));
      expect(new Set(bytes).size).toBeGreaterThan(50);
    });
  });
});

describe('the genomes of weights', () => {
  const settings: Settings = { extent: [3, 4, 4], batch: 4, coordinates: 'normalised' };

  it('are those that they were made of, to the precision of floats', async () => {
    const genomes = family(3, [0, 7, 40]);
    await withWeights(settings, genomes, ({ weights }) => {
      const found = weights.genomesOf(weights.initial);
      expect(found.map(rounded)).toEqual([...genomes, genomes[0]!].map(rounded));
      return Promise.resolve();
    });
  });

  it('have the climbed weights, and keep those that no output depends on', async () => {
    const genome: CppnGenome = {
      encoding: 'cppn',
      nodes: [
        { id: 4, role: 'output', activation: 'sine' },
        { id: 5, role: 'hidden', activation: 'linear' },
        { id: 6, role: 'hidden', activation: 'gaussian' },
      ],
      connections: [
        { source: 6, target: 4, weight: 1 },
        { source: 0, target: 5, weight: 0.1 },
        { source: 1, target: 6, weight: 2 },
        { source: 4, target: 5, weight: 0.3 },
      ],
    };
    await withWeights({ ...settings, extent: [1, 4, 4] }, [genome], ({ weights }) => {
      expect(weights.values).toBe(2);
      // The hidden node comes before the output that reads it.
      expect([...weights.initial]).toEqual([2, 2, 2, 2, 1, 1, 1, 1]);
      const climbed = Float32Array.of(20, 21, 22, 23, 10, 11, 12, 13);
      const found = weights
        .genomesOf(climbed)
        .map(({ connections }) => connections.map(({ weight }) => weight));
      expect(found).toEqual([0, 1, 2, 3].map((lane) => [10 + lane, 0.1, 20 + lane, 0.3]));
      expect([...weights.bounds]).toEqual([-10, 10, -10, 10]);
      return Promise.resolve();
    });
  });

  it('must fit the picture and the lanes', async () => {
    const nothing = () => Promise.resolve();
    await expect(withWeights(settings, [], nothing)).rejects.toThrow('0 CPPNs for 4 lanes');
    await expect(withWeights(settings, family(3, [0, 0, 0, 0, 0]), nothing)).rejects.toThrow('5 CPPNs');
    await expect(withWeights(settings, family(1, [0]), nothing)).rejects.toThrow('1 outputs for 3 channels');
  });
});

describe('a genome to climb from', () => {
  it('is named by its seed and path, and grows with its mutations', () => {
    expect(ascentGenome(RandomStream.of(1, 2, 3), 3, 30)).toEqual(
      ascentGenome(RandomStream.of(1, 2, 3), 3, 30),
    );
    expect(ascentGenome(RandomStream.of(1, 2, 3), 3, 30)).not.toEqual(
      ascentGenome(RandomStream.of(1, 2, 4), 3, 30),
    );
    expect(ascentGenome(RandomStream.of(1, 2, 3), 3, 0).nodes).toHaveLength(3);
    expect(ascentGenome(RandomStream.of(1, 2, 3), 3, 60).nodes.length).toBeGreaterThan(6);
  });
});
