/** Statistics against published examples, enumeration and what is known of distributions. */
import { expect, test } from 'vitest';
import { bootstrapMedian, mannWhitney } from '../../src/experiments/intervals.ts';
import { RandomStream } from '../../src/random/threefry.ts';

/** The example of SciPy's documentation of `mannwhitneyu`. */
const males = [19, 22, 16, 29, 24];
const females = [20, 11, 17, 12];

test('Mann–Whitney gives SciPy’s exact answer to the example of its documentation', () => {
  expect(mannWhitney(males, females).u).toBe(17);
  expect(mannWhitney(males, females).p).toBeCloseTo(0.1111111111111111, 12);
  expect(mannWhitney(females, males)).toEqual({ u: 3, p: mannWhitney(males, females).p });
});

test('the exact p counts the orders in which the difference is as large', () => {
  const values = [1, 2, 3, 4, 5, 6, 7];
  const first = [3, 6, 7];
  const statistic = (chosen: readonly number[]) => {
    const rest = values.filter((value) => !chosen.includes(value));
    return chosen.reduce((sum, one) => sum + rest.filter((other) => one > other).length, 0);
  };
  const middle = (3 * 4) / 2;
  let [extreme, all] = [0, 0];
  for (let bits = 0; bits < 2 ** 7; bits++) {
    const chosen = values.filter((_, index) => (bits >> index) & 1);
    if (chosen.length !== 3) continue;
    all++;
    if (Math.abs(statistic(chosen) - middle) >= Math.abs(statistic(first) - middle)) extreme++;
  }
  const rest = values.filter((value) => !first.includes(value));
  expect(mannWhitney(first, rest).p).toBeCloseTo(extreme / all, 12);
});

test('ties and large groups go by the normal distribution: SciPy’s asymptotic answer', () => {
  // The example again, its orders kept and each value thrice: n = 15 and 12, ties of three.
  const thrice = (values: readonly number[]) => values.flatMap((value) => [value, value, value]);
  const { u, p } = mannWhitney(thrice(males), thrice(females));
  expect(u).toBe(153);
  // z = (63 − ½) / √(15 · 12 / 12 · (28 − 9 · 24 / (27 · 26)))
  const z = 62.5 / Math.sqrt(15 * (28 - (9 * 24) / (27 * 26)));
  expect(z).toBeCloseTo(3.0668, 3);
  expect(p).toBeCloseTo(0.002164, 5);
  expect(mannWhitney([1, 1, 1], [1, 1]).p).toBe(1);
});

test('the interval of a median covers the true one about as often as it says', () => {
  let covered = 0;
  const trials = 200;
  for (let trial = 0; trial < trials; trial++) {
    const random = RandomStream.of(7, trial);
    const { low, high } = bootstrapMedian(
      Array.from({ length: 15 }, () => random.uniform()),
      trial,
    );
    if (low <= 0.5 && 0.5 <= high) covered++;
  }
  // The percentile bootstrap of a median of 15 covers some 93 to 97 %.
  expect(covered / trials).toBeGreaterThan(0.88);
  expect(covered / trials).toBeLessThan(0.995);
});

test('equal values, one value, none', () => {
  expect(bootstrapMedian([2, 2, 2])).toEqual({ median: 2, low: 2, high: 2 });
  expect(bootstrapMedian([5])).toEqual({ median: 5, low: 5, high: 5 });
  expect(bootstrapMedian([3, 1, 2])).toEqual(bootstrapMedian([2, 3, 1]));
  expect(() => bootstrapMedian([])).toThrow('no value');
  expect(() => mannWhitney([], [1])).toThrow('either group');
});
