/** CPPN weights on the device, and what they are compared with: definitions in doubles. */
import { expect } from 'vitest';
import { ascentGenome } from '../../../src/ascent/parametrisation/cppn-genome.ts';
import { createCppnWeights, type CppnWeights } from '../../../src/ascent/parametrisation/cppn.ts';
import { CppnPopulation } from '../../../src/genome/cppn-population.ts';
import { flattenCppn } from '../../../src/genome/cppn-genome.ts';
import type { CppnGenome } from '../../../src/genome/genome.ts';
import type { Coordinates } from '../../../src/genome/cppn-coordinates.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { run } from '../../../src/gpu/program.ts';
import { RandomStream } from '../../../src/random/threefry.ts';
import { interpret } from '../../genome/reference-cppn.ts';
import { openTestGpu } from '../../gpu.ts';
import { randomValues } from '../../kernels/numbers.ts';

export interface Settings {
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

export async function withWeights(
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

/** What evolution draws of the genomes, one per lane. */
export async function evolved(
  gpu: Gpu,
  settings: Settings,
  genomes: readonly CppnGenome[],
): Promise<Uint8Array> {
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

export const rounded = (genome: CppnGenome): CppnGenome => {
  const connections = genome.connections.map((one) => ({ ...one, weight: Math.fround(one.weight) }));
  return { ...genome, connections };
};

/** Compares every gradient with central differences, for random weights of the pixels that are smooth. */
export async function compareGradients(
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
    for (let lane = 0; lane < batch; lane++) {
      const index = lane % genomes.length;
      for (const edge of edgesOf(orders[index]!.length)) {
        const slope = slopes[index]!.of.get(orders[index]![edge]!)!;
        let [sum, size] = [0, 0];
        for (let at = 0; at < channels * pixels; at++) {
          const [channel, pixel] = [Math.floor(at / pixels), at % pixels];
          const colour = reverseChannels ? channels - 1 - channel : channel;
          const term = v[at * batch + lane]! * slope[pixel]![colour]!;
          sum += term;
          size += Math.abs(term);
        }
        largest = Math.max(largest, Math.abs(sum));
        const found = gradient[edge * batch + lane]!;
        if (!(Math.abs(found - sum) <= 1e-3 * size + 0.02)) {
          expect.fail(
            `lane ${String(lane)}, edge ${String(edge)}: ${String(found)}, differences say ${String(sum)} (terms of ${String(size)})`,
          );
        }
      }
      for (let edge = orders[index]!.length; edge < weights.values; edge++) {
        expect(gradient[edge * batch + lane]).toBe(0);
      }
    }
    expect(largest).toBeGreaterThan(50);
  });
}

export const family = (channels: number, mutations: readonly number[]): CppnGenome[] =>
  mutations.map((count, index) => ascentGenome(RandomStream.of(31, channels, index), channels, count));
