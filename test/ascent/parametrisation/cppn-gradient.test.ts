import { describe, expect, it } from 'vitest';
import { ascentGenome } from '../../../src/ascent/parametrisation/cppn-genome.ts';
import { flattenCppn } from '../../../src/genome/cppn-genome.ts';
import type { ActivationFunction, CppnGenome } from '../../../src/genome/genome.ts';
import { RandomStream } from '../../../src/random/threefry.ts';
import { wideGenome } from '../../genome/genomes.ts';
import { expectClose, randomValues } from '../../kernels/numbers.ts';
import { type Settings, withWeights, compareGradients, family } from './cppn-weights.ts';

describe('the gradient of the weights', () => {
  it.each([
    [1, 7, 9, 4, 'normalised', false],
    [1, 7, 9, 8, 'pixels', false],
    [3, 6, 11, 8, 'normalised', false],
    [3, 5, 7, 4, 'pixels', true],
    [3, 9, 4, 4, 'normalised', true],
  ] as const)(
    'is what central differences say: %i channels, %i × %i, batch %i, %s, blue first %j',
    async (channels, height, width, batch, coordinates, reverseChannels) => {
      const settings: Settings = { extent: [channels, height, width], batch, coordinates, reverseChannels };
      const mutations = batch === 8 ? [0, 3, 8, 14, 20] : [12, 0, 25, 5];
      await compareGradients(settings, family(channels, mutations), 0.7);
    },
  );

  const some = (edges: number) => Array.from({ length: 8 }, (_, index) => Math.floor((index * edges) / 8));

  it('is so for a genome that has grown for long', async () => {
    const settings: Settings = { extent: [1, 4, 5], batch: 4, coordinates: 'normalised' };
    const genome = ascentGenome(RandomStream.of(33, 16), 1, 150);
    expect(flattenCppn(genome).nodes).toBeGreaterThan(8);
    await compareGradients(settings, [genome], 0.7, some);
  });

  it.each([
    [70, 4],
    // More slopes and values than there is room for at once: workgroups have several images.
    [999, 24],
  ])('is so for %i nodes in a layer, beside a genome of few, batch %i', async (hidden, batch) => {
    const settings: Settings = { extent: [1, 2, 3], batch, coordinates: 'normalised' };
    await compareGradients(
      settings,
      [wideGenome(hidden), ascentGenome(RandomStream.of(3, 1), 1, 4)],
      0.7,
      some,
    );
  });

  /** One node, fed by x alone. */
  const single = (activation: ActivationFunction, weight: number): CppnGenome => ({
    encoding: 'cppn',
    nodes: [{ id: 4, role: 'output', activation }],
    connections: [{ source: 0, target: 4, weight }],
  });

  it('knows the slopes of the functions far from zero', async () => {
    const settings: Settings = { extent: [1, 1, 256], batch: 64, coordinates: 'pixels' };
    const slopes: Record<ActivationFunction, (x: number) => number> = {
      sine: (x) => Math.cos(x) * Math.sign(Math.sin(x)),
      sigmoid: (x) => (2 * Math.exp(-x)) / (1 + Math.exp(-x)) ** 2,
      gaussian: (x) => -2 * x * Math.exp(-x * x),
      linear: (x) => (x < 3 ? 1 / 3 : 0),
    };
    for (const [activation, weight] of [
      ['sine', 10],
      ['sigmoid', 0.0625],
      ['gaussian', 0.03125],
      ['linear', 0.0234375],
    ] as const) {
      await withWeights(settings, [single(activation, weight)], async ({ pullBack }) => {
        // Lane s has one pixel that counts, number 4 s + 1.
        const v = new Float32Array(256 * 64);
        for (let lane = 0; lane < 64; lane++) v[(4 * lane + 1) * 64 + lane] = 1;
        const reference = Array.from({ length: 64 }, (_, lane) => {
          const x = 4 * lane + 1;
          return 255 * x * slopes[activation](weight * x);
        });
        expectClose(await pullBack(v), reference, { atol: 0.02, rtol: 1e-4 });
      });
    }
  });

  it.each([
    [130, 127],
    [256, 256],
  ])('adds up the pixels of a picture of %i × %i', async (height, width) => {
    const settings: Settings = { extent: [1, height, width], batch: 4, coordinates: 'normalised' };
    // Two nodes: what an invocation has of one pixel must not come to the next.
    const genome: CppnGenome = {
      encoding: 'cppn',
      nodes: [
        { id: 4, role: 'output', activation: 'linear' },
        { id: 5, role: 'hidden', activation: 'linear' },
      ],
      connections: [
        { source: 0, target: 5, weight: 2 },
        { source: 5, target: 4, weight: 1.5 },
      ],
    };
    await withWeights(settings, [genome], async ({ pullBack }) => {
      const v = randomValues(height * width * 4, 8);
      const reference = Array.from({ length: 8 }, () => 0);
      for (let at = 0; at < v.length; at++) {
        const x = (2 * (Math.floor(at / 4) % width)) / (width - 1) - 1;
        const by = v[at]! * 255 * Math.sign(x);
        reference[at % 4]! += (by * 0.5 * x) / 3;
        reference[4 + (at % 4)]! += (by * ((2 * x) / 3)) / 3;
      }
      // Tens of thousands of terms of up to 57.
      expectClose(await pullBack(v), reference, { atol: 0.5, rtol: 1e-4 });
      expect(Math.max(...reference.map(Math.abs))).toBeGreaterThan(500);
    });
  });

  it('stays finite along a long chain of large weights', async () => {
    const length = 60;
    const genome: CppnGenome = {
      encoding: 'cppn',
      nodes: Array.from({ length }, (_, index) => ({
        id: 4 + index,
        role: index === 0 ? ('output' as const) : ('hidden' as const),
        activation: 'sine' as const,
      })),
      connections: Array.from({ length }, (_, index) => ({
        source: index === length - 1 ? 0 : 5 + index,
        target: 4 + index,
        weight: 10,
      })),
    };
    const settings: Settings = { extent: [1, 3, 4], batch: 4, coordinates: 'normalised' };
    await withWeights(settings, [genome], async ({ pullBack }) => {
      const gradient = await pullBack(randomValues(48, 9));
      expect(gradient.every(Number.isFinite)).toBe(true);
      expect(gradient.some((value) => value !== 0)).toBe(true);
    });
  });

  it('is the same when it is taken again', async () => {
    const settings: Settings = { extent: [3, 6, 7], batch: 4, coordinates: 'normalised' };
    await withWeights(settings, family(3, [9, 2]), async ({ pullBack }) => {
      const v = randomValues(3 * 42 * 4, 10);
      const first = await pullBack(v);
      expect([...(await pullBack(v))]).toEqual([...first]);
    });
  });
});
