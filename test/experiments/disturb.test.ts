/** Pictures moved, blurred and made noisy, against what can be said of them without the code. */
import { expect, test } from 'vitest';
import { blurred, moved, noisy } from '../../src/experiments/disturb.ts';
import { alikeness, pairsBetweenRuns } from '../../src/experiments/likeness.ts';
import type { Image } from '../../src/image/image.ts';
import { RandomStream } from '../../src/random/threefry.ts';

const square = (...rows: number[][]): Image => {
  return { extent: [1, rows.length, rows[0]!.length], bytes: Uint8Array.from(rows.flat()) };
};
const numbered = square([1, 2, 3], [4, 5, 6], [7, 8, 9]);

test.each([
  ['nothing', {}, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['a pixel to the right', { across: 1 }, [1, 1, 2, 4, 4, 5, 7, 7, 8]],
  ['two pixels down', { down: 2 }, [1, 2, 3, 1, 2, 3, 1, 2, 3]],
  ['a quarter turn, with the clock', { turn: 90 }, [7, 4, 1, 8, 5, 2, 9, 6, 3]],
  ['half a turn', { turn: 180 }, [9, 8, 7, 6, 5, 4, 3, 2, 1]],
  ['twice the size', { size: 2 }, [3, 4, 4, 5, 5, 6, 6, 7, 7]],
])('moved by %s', (_, movement, expected) => {
  const found = [...moved(numbered, movement).bytes];
  for (const [place, value] of expected.entries()) expect(Math.abs(found[place]! - value)).toBeLessThan(1.01);
  if (!('size' in movement)) expect(found).toEqual(expected);
});

test('a blur keeps the mean of a spot and spreads it as far as its radius', () => {
  const side = 25;
  const spot: Image = { extent: [1, side, side], bytes: new Uint8Array(side * side) };
  spot.bytes[12 * side + 12] = 255;
  const { bytes: pixels } = blurred(spot, 1);
  // The middle of a Gaussian of radius 1: 1 / 2π of the whole, a pixel's width.
  expect(pixels[12 * side + 12]).toBeCloseTo(255 / (2 * Math.PI), -1);
  expect(pixels[12 * side + 13]).toBe(pixels[13 * side + 12]);
  expect(blurred(square([80, 80], [80, 80]), 3).bytes).toEqual(Uint8Array.of(80, 80, 80, 80));
});

test('noise has the deviation that was asked for, and one stream gives the same', () => {
  const grey: Image = { extent: [1, 100, 100], bytes: new Uint8Array(10_000).fill(128) };
  const once = noisy(grey, 12, RandomStream.of(1, 2)).bytes;
  expect(noisy(grey, 12, RandomStream.of(1, 2)).bytes).toEqual(once);
  const mean = once.reduce((sum, value) => sum + value, 0) / once.length;
  const variance = once.reduce((sum, value) => sum + (value - mean) ** 2, 0) / once.length;
  expect(mean).toBeCloseTo(128, 0);
  expect(Math.abs(Math.sqrt(variance) - 12)).toBeLessThan(0.4);
});

test('correlation is 1 for what differs by scale and offset, −1 for what is turned around, 0 for what is flat', () => {
  expect(alikeness([1, 2, 5], [12, 14, 20])).toBe(1);
  expect(alikeness([1, 2, 5], [-1, -2, -5])).toBe(-1);
  expect(alikeness([3, 3, 3], [1, 2, 5])).toBe(0);
  expect(alikeness([1, 0, 0], [0, 1, 0])).toBe(-0.5);
});

test('pairs are of different runs, once each', () => {
  const things = [0, 1].flatMap((run) => [0, 1, 2].map((number) => ({ class: number, run })));
  const { within, between } = pairsBetweenRuns(things, (one, other) => 10 * one + other);
  expect(within).toEqual([3, 14, 25]);
  expect(between).toEqual([4, 5, 13, 15, 23, 24]);
});
