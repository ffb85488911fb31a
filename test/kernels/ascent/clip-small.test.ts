import { expect, test } from 'vitest';
import {
  clearSmallPixels,
  rankOf,
  smallPixelThreshold,
  type SmallPixelsShape,
} from '../../../src/kernels/ascent/clip-small.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';
import { covering } from '../../support/full.ts';
import { randomValues } from '../numbers.ts';

type Floats = Float32Array<ArrayBuffer>;

const shapes = [
  { channels: 1, height: 28, width: 28, batch: 4 },
  { channels: 3, height: 13, width: 37, batch: 12 },
  { channels: 2, height: 1, width: 1, batch: 4 },
];
const percents = [0, 50, 99.9, 100];
const cases = shapes.flatMap((shape) =>
  percents.flatMap((percent) => [false, true].map((contribution) => ({ ...shape, percent, contribution }))),
);
/** Every percentile by either key, every shape by either key. */
const few = percents.flatMap((percent, place) =>
  [false, true].map((contribution) => {
    const shape = shapes[(place + (contribution ? 1 : 0)) % shapes.length]!;
    return { ...shape, percent, contribution };
  }),
);

/** Whole numbers, so that keys are exact and many are equal. */
const wholeNumbers = (length: number, seed: number): Floats =>
  randomValues(length, seed).map((value) => Math.round(40 * value));

async function cleared(shape: SmallPixelsShape, x: Floats, g: Floats): Promise<[Floats, Floats]> {
  const gpu = await openTestGpu();
  const unwritten = new Float32Array(shape.batch).fill(NaN);
  const found = await runKernel(gpu, smallPixelThreshold(shape), { x, g, thresholds: unwritten }, [
    'x',
    'thresholds',
  ]);
  expect(new Float32Array(found.x!)).toEqual(x);
  const thresholds = new Float32Array(found.thresholds!);
  const result = await runKernel(gpu, clearSmallPixels(shape), { x, g, thresholds });
  return [new Float32Array(result.x!), thresholds];
}

/** Keys of a slot's pixels. */
function keysOf(shape: SmallPixelsShape, x: Floats, g: Floats, slot: number): number[] {
  const { channels, height, width, batch, contribution } = shape;
  return Array.from({ length: height * width }, (_, pixel) => {
    let key = 0;
    for (let c = 0; c < channels; c++) {
      const at = (c * height * width + pixel) * batch + slot;
      key += x[at]! * (contribution ? g[at]! : x[at]!);
    }
    return Math.abs(key);
  });
}

test.each(covering(cases, few))(
  'clears what sorting finds below the percentile: %j',
  async ({ percent, ...rest }) => {
    const { channels, height, width, batch } = rest;
    const pixels = height * width;
    const shape = { ...rest, rank: rankOf(percent, pixels) };
    const x = wholeNumbers(channels * pixels * batch, 4);
    const g = wholeNumbers(x.length, 5);
    const [result, thresholds] = await cleared(shape, x, g);
    for (let slot = 0; slot < batch; slot++) {
      const keys = keysOf(shape, x, g, slot);
      const threshold = keys.toSorted((a, b) => a - b)[shape.rank]!;
      expect(thresholds[slot]).toBe(threshold);
      for (const [pixel, key] of keys.entries())
        for (let c = 0; c < channels; c++) {
          const at = (c * pixels + pixel) * batch + slot;
          // Zeros of either sign count as the same.
          expect(result[at]! + 0).toBe(key < threshold ? 0 : x[at]! + 0);
        }
    }
  },
);

test('finds keys of every magnitude, apart in their last bit alone', async () => {
  const magnitudes = [0, 1e-15, 3e-8, 1, 1 + 2 ** -23, 1 + 2 ** -22, 256, 257, 1e12, 3e18];
  const shape = { channels: 1, height: 2, width: 5, batch: 4, contribution: true };
  // Seven places on is a permutation of ten; slots differ in sign.
  const x = Float32Array.from({ length: 40 }, (_, index) => {
    const magnitude = magnitudes[(Math.floor(index / 4) * 7) % 10]!;
    return index % 2 === 0 ? magnitude : -magnitude;
  });
  const ones = new Float32Array(40).fill(1);
  for (const rank of [0, 1, 3, 4, 5, 9]) {
    const [result, thresholds] = await cleared({ ...shape, rank }, x, ones);
    expect(thresholds).toEqual(new Float32Array(4).fill(magnitudes[rank]!));
    expect(result.filter((value, at) => value === 0 && x[at] !== 0).length).toBe(4 * Math.max(0, rank - 1));
  }
});

test('of equal pixels, and of none but NaN, nothing is cleared', async () => {
  const shape = { channels: 3, height: 4, width: 5, batch: 4, rank: 10, contribution: false };
  for (const value of [7, NaN]) {
    const x = new Float32Array(240).fill(value);
    const [result] = await cleared(shape, x, x);
    expect(result).toEqual(x);
  }
});

test('pixels of NaN stay and count as the largest', async () => {
  const shape = { channels: 1, height: 1, width: 5, batch: 4, rank: 2, contribution: false };
  const row = [3, NaN, 1, 2, NaN];
  const x = Float32Array.from({ length: 20 }, (_, index) => row[Math.floor(index / 4)]!);
  const [result, thresholds] = await cleared(shape, x, x);
  expect([...thresholds]).toEqual([9, 9, 9, 9]);
  expect([0, 4, 8, 12, 16].map((at) => result[at])).toEqual([3, NaN, 0, 0, NaN]);
});

test('a percentile’s rank is a place among the pixels', () => {
  expect([0, 50, 99.9, 100].map((percent) => rankOf(percent, 784))).toEqual([0, 392, 783, 783]);
  expect(rankOf(30, 1)).toBe(0);
});
