import { describe, expect, it } from 'vitest';
import { ascentGenome } from '../../../src/ascent/parametrisation/cppn-genome.ts';
import { createCppnWeights, type CppnWeights } from '../../../src/ascent/parametrisation/cppn.ts';
import { CppnPopulation } from '../../../src/genome/cppn-population.ts';
import { flattenCppn } from '../../../src/genome/cppn-program.ts';
import type { ActivationFunction, CppnGenome } from '../../../src/genome/genome.ts';
import type { Coordinates } from '../../../src/genome/cppn-coordinates.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { run } from '../../../src/gpu/program.ts';
import { RandomStream } from '../../../src/random/threefry.ts';
import { wideGenome } from '../../genome/genomes.ts';
import { interpret } from '../../genome/reference-cppn.ts';
import { openTestGpu } from '../../gpu.ts';
import { expectClose, randomValues } from '../../kernels/numbers.ts';

interface Settings {
  readonly extent: readonly [channels: number, height: number, width: number];
  readonly batch: number;
  readonly coordinates: Coordinates;
  readonly reverseChannels?: boolean;
}

interface Opened {
  readonly gpu: Gpu;
  readonly weights: CppnWeights;
  /** Pictures of the weights that the parameters hold. */
  readonly draw: () => Promise<Uint8Array>;
  /** Image gradient [channels, height, width, batch] → gradient [values, batch]. */
  readonly pullBack: (imageGradient: Float32Array<ArrayBuffer>) => Promise<Float32Array>;
}

const pictureBytes = ({ extent: [channels, height, width], batch }: Settings): number =>
  batch * channels * Math.ceil((height * width) / 4) * 4;

async function withWeights(
  settings: Settings,
  genomes: readonly CppnGenome[],
  use: (opened: Opened) => Promise<void>,
): Promise<void> {
  const gpu = await openTestGpu();
  const { extent, batch, coordinates, reverseChannels = false } = settings;
  const pixels = extent[0] * extent[1] * extent[2];
  const images = gpu.buffer('images', pictureBytes(settings));
  const imageGradient = gpu.buffer('image gradient', 4 * pixels * batch);
  const shape = { extent, batch, mean: new Float32Array(pixels), reverseChannels, images, imageGradient };
  const weights = await createCppnWeights(gpu, shape, genomes, coordinates);
  try {
    await use({
      gpu,
      weights,
      draw: async () => {
        run(gpu, weights.draw);
        return new Uint8Array(await gpu.read(images, pictureBytes(settings)));
      },
      pullBack: async (gradient) => {
        gpu.write(imageGradient, gradient);
        run(gpu, weights.pullBack);
        return new Float32Array(await gpu.read(weights.gradient, 4 * weights.values * batch));
      },
    });
  } finally {
    weights.destroy();
    for (const buffer of [images, imageGradient]) buffer.destroy();
  }
}

/** What evolution draws of the genomes, one per slot. */
async function evolved(gpu: Gpu, settings: Settings, genomes: readonly CppnGenome[]): Promise<Uint8Array> {
  const { extent, batch, coordinates } = settings;
  const images = gpu.buffer('images of evolution', pictureBytes(settings));
  const population = CppnPopulation.create(
    gpu,
    { size: batch, cells: genomes.length, seed: 1, extent, images },
    coordinates,
  );
  for (const [cell, genome] of genomes.entries()) population.restore(cell, genome);
  await population.show([...genomes.keys()]);
  run(gpu, population.render());
  const bytes = new Uint8Array(await gpu.read(images, pictureBytes(settings)));
  images.destroy();
  return bytes;
}

/** Red, green and blue of hue (in half degrees), lightness and saturation, all in bytes and none rounded. */
function rgbOf(h: number, l: number, s: number): number[] {
  const [lightness, saturation] = [l / 255, s / 255];
  const most =
    lightness < 0.5 ? lightness * (1 + saturation) : lightness + saturation - lightness * saturation;
  const least = 2 * lightness - most;
  const part = (turn: number) => {
    const t = ((turn % 1) + 1) % 1;
    if (t < 1 / 6) return least + (most - least) * 6 * t;
    if (t < 1 / 2) return most;
    return t < 2 / 3 ? least + (most - least) * (2 / 3 - t) * 6 : least;
  };
  const turn = (h % 180) / 180;
  return [part(turn + 1 / 3), part(turn), part(turn - 1 / 3)].map((value) => 255 * value);
}

/** Gray, or red, green and blue, of a pixel, unrounded; and how far single precision may be off before that. */
function pixelOf(
  genome: CppnGenome,
  { extent: [, height, width], coordinates }: Settings,
  pixel: number,
): { readonly bytes: number[]; readonly error: number } {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  const [x, y] = [(2 * column) / (width - 1) - 1, (2 * row) / (height - 1) - 1];
  const seen = coordinates === 'pixels' ? ([column, row] as const) : ([x, y] as const);
  const outputs = interpret(genome, [...seen, Math.hypot(x, y), 1]);
  const real = outputs.map(({ value }) => 255 * Math.abs(value));
  const bytes = real.length === 1 ? real : rgbOf(real[0]!, real[1]!, real[2]!);
  return { bytes, error: Math.max(...outputs.map(({ error }) => error)) };
}

function moved(genome: CppnGenome, connection: number, step: number): CppnGenome {
  const connections = genome.connections.map((one, index) =>
    index === connection ? { ...one, weight: one.weight + step } : one,
  );
  return { ...genome, connections };
}

interface Slopes {
  /** By connection, pixel and channel: derivative of the byte. */
  readonly of: ReadonlyMap<number, number[][]>;
  /** Pixels where every derivative exists and single precision can follow. */
  readonly kept: readonly boolean[];
}

/** Central differences in doubles; where those to either side differ, there is a kink or a step nearby. */
function slopesOf(genome: CppnGenome, settings: Settings, connections: readonly number[]): Slopes {
  const step = 1e-6;
  const pixels = settings.extent[1] * settings.extent[2];
  const here = Array.from({ length: pixels }, (_, pixel) => pixelOf(genome, settings, pixel));
  const kept = here.map(({ error }) => error < 1e-2);
  const of = new Map<number, number[][]>();
  for (const connection of connections) {
    const [below, above] = [moved(genome, connection, -step), moved(genome, connection, step)];
    const slopes = here.map(({ bytes }, pixel) => {
      const before = pixelOf(below, settings, pixel).bytes;
      const after = pixelOf(above, settings, pixel).bytes;
      return bytes.map((value, channel) => {
        const [left, right] = [(value - before[channel]!) / step, (after[channel]! - value) / step];
        if (Math.abs(left - right) > 0.1 + 1e-3 * Math.abs(left)) kept[pixel] = false;
        return (left + right) / 2;
      });
    });
    of.set(connection, slopes);
  }
  return { of, kept };
}

const rounded = (genome: CppnGenome): CppnGenome => {
  const connections = genome.connections.map((one) => ({ ...one, weight: Math.fround(one.weight) }));
  return { ...genome, connections };
};

/** Compares every gradient with central differences, for random weights of the pixels that are smooth. */
async function compareGradients(
  settings: Settings,
  genomes: readonly CppnGenome[],
  leastKept: number,
  edgesOf = (edges: number) => [...Array(edges).keys()],
): Promise<void> {
  const { extent, batch, reverseChannels = false } = settings;
  const [channels, height, width] = extent;
  const pixels = height * width;
  const orders = genomes.map((genome) => flattenCppn(genome).connections);
  const slopes = genomes.map((genome, index) => {
    const chosen = edgesOf(orders[index]!.length).map((edge) => orders[index]![edge]!);
    return slopesOf(rounded(genome), settings, chosen);
  });
  const kept = slopes.flatMap((one) => one.kept);
  expect(kept.filter(Boolean).length / kept.length).toBeGreaterThan(leastKept);
  const v = randomValues(channels * pixels * batch, 5).map((value, at) =>
    slopes[(at % batch) % genomes.length]!.kept[Math.floor(at / batch) % pixels]! ? value : 0,
  );
  await withWeights(settings, genomes, async ({ weights, pullBack }) => {
    const gradient = await pullBack(v);
    let largest = 0;
    for (let slot = 0; slot < batch; slot++) {
      const index = slot % genomes.length;
      for (const edge of edgesOf(orders[index]!.length)) {
        const slope = slopes[index]!.of.get(orders[index]![edge]!)!;
        let [sum, size] = [0, 0];
        for (let at = 0; at < channels * pixels; at++) {
          const [channel, pixel] = [Math.floor(at / pixels), at % pixels];
          const colour = reverseChannels ? channels - 1 - channel : channel;
          const term = v[at * batch + slot]! * slope[pixel]![colour]!;
          sum += term;
          size += Math.abs(term);
        }
        largest = Math.max(largest, Math.abs(sum));
        const found = gradient[edge * batch + slot]!;
        if (!(Math.abs(found - sum) <= 1e-3 * size + 0.02)) {
          expect.fail(
            `slot ${String(slot)}, edge ${String(edge)}: ${String(found)}, differences say ${String(sum)} (terms of ${String(size)})`,
          );
        }
      }
      for (let edge = orders[index]!.length; edge < weights.values; edge++) {
        expect(gradient[edge * batch + slot]).toBe(0);
      }
    }
    expect(largest).toBeGreaterThan(50);
  });
}

const family = (channels: number, mutations: readonly number[]): CppnGenome[] =>
  mutations.map((count, index) => ascentGenome(RandomStream.of(31, channels, index), channels, count));

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
    const genome = ascentGenome(RandomStream.of(33, 9), 1, 150);
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
        // Slot s has one pixel that counts, number 4 s + 1.
        const v = new Float32Array(256 * 64);
        for (let slot = 0; slot < 64; slot++) v[(4 * slot + 1) * 64 + slot] = 1;
        const reference = Array.from({ length: 64 }, (_, slot) => {
          const x = 4 * slot + 1;
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
        const slots = Array.from({ length: batch }, (_, slot) => genomes[slot % 3]!);
        expect(await draw()).toEqual(await evolved(gpu, settings, slots));
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
      expect(found).toEqual([0, 1, 2, 3].map((slot) => [10 + slot, 0.1, 20 + slot, 0.3]));
      expect([...weights.bounds]).toEqual([-10, 10, -10, 10]);
      return Promise.resolve();
    });
  });

  it('must fit the picture and the slots', async () => {
    const nothing = () => Promise.resolve();
    await expect(withWeights(settings, [], nothing)).rejects.toThrow('0 CPPNs for 4 slots');
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
