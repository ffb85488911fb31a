import { expect, test } from 'vitest';
import {
  clearSmallPixels,
  rankOf,
  smallPixelThreshold,
  type SmallPixelsShape,
} from '../../../src/kernels/ascent/clip-small.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';

type Floats = Float32Array<ArrayBuffer>;

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

test('finds keys of every magnitude, apart in their last bit alone', async () => {
  const magnitudes = [0, 1e-15, 3e-8, 1, 1 + 2 ** -23, 1 + 2 ** -22, 256, 257, 1e12, 3e18];
  const shape = { channels: 1, height: 2, width: 5, batch: 4, contribution: true };
  // Seven places on is a permutation of ten; images differ in sign.
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
