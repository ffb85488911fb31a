import { expect, it } from 'vitest';
import type { Image } from '../../src/image/image.ts';
import { differenceOf } from '../../src/report/difference.ts';

const row = (...bytes: number[]): Image => ({
  extent: [1, 1, bytes.length],
  bytes: Uint8Array.from(bytes),
});

it('multiplies the change by a whole number as long as there is room, and says which', () => {
  const { picture, times } = differenceOf(row(10, 20, 30), row(10, 28, 25));
  expect(times).toBe(15);
  expect([...picture.bytes]).toEqual([128, 128 + 8 * 15, 128 - 5 * 15]);
});

it('shows a change that is too large on a smaller scale', () => {
  const { picture, times } = differenceOf(row(0, 255), row(254, 0));
  expect(times).toBeCloseTo(127 / 255, 9);
  expect([...picture.bytes]).toEqual([254, 1]);
});

it('is grey where nothing was changed, and refuses pictures of two sizes', () => {
  const same = differenceOf(row(1, 2), row(1, 2));
  expect([same.times, ...same.picture.bytes]).toEqual([1, 128, 128]);
  expect(() => differenceOf(row(1), row(1, 2))).toThrow(RangeError);
});
