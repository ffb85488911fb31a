import { expect, test } from 'vitest';
import fc from 'fast-check';
import { medianInterval, relativeHalfWidth } from '../../bench/sampling/median-interval.ts';

const ascending = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

// Ranks of the sign test's interval, from tables of the binomial distribution (e.g. Conover, table A3).
test.each([
  [6, 1, 6],
  [8, 1, 8],
  [9, 2, 8],
  [10, 2, 9],
  [15, 4, 12],
  [20, 6, 15],
  [25, 8, 18],
  [50, 18, 33],
])('of %i samples the interval lies between the %ith and the %ith', (count, low, high) => {
  expect(medianInterval(ascending(count))).toEqual([low, high]);
});

test('fewer than six samples have no such interval, whatever they are', () => {
  for (const count of [1, 2, 5]) {
    expect(medianInterval(ascending(count))).toEqual([1, count]);
    expect(relativeHalfWidth(ascending(count))).toBe(Infinity);
  }
});

test('it holds the median, and scales with the samples', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 1e3, noNaN: true }), { minLength: 6, maxLength: 120 }),
      (samples) => {
        const sorted = [...samples].sort((a, b) => a - b);
        const [low, high] = medianInterval(sorted);
        const middle = sorted[Math.floor(sorted.length / 2)]!;
        expect(low).toBeLessThanOrEqual(middle);
        expect(high).toBeGreaterThanOrEqual(middle);
        const doubled = sorted.map((value) => 2 * value);
        expect(medianInterval(doubled)).toEqual([2 * low, 2 * high]);
        expect(relativeHalfWidth(doubled)).toBeCloseTo(relativeHalfWidth(samples), 9);
      },
    ),
  );
});
