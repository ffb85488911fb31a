import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankTestP, ratioInterval, smallestP } from '../../bench/compare/rank-test.ts';
import { covering } from '../support/full.ts';

/** P-value by trying every way to deal the values out, of |U − mean| at least as large on either side. */
function bruteForce(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const statistic = (chosen: readonly number[], others: readonly number[]) =>
    chosen.reduce((sum, x) => sum + others.reduce((s, y) => s + (x > y ? 1 : x === y ? 0.5 : 0), 0), 0);
  const observed = statistic(a, b);
  let [below, above, total] = [0, 0, 0];
  for (let mask = 0; mask < 2 ** all.length; mask++) {
    const chosen = all.filter((_, i) => mask & (1 << i));
    if (chosen.length !== a.length) continue;
    const u = statistic(
      chosen,
      all.filter((_, i) => !(mask & (1 << i))),
    );
    total++;
    if (u <= observed) below++;
    if (u >= observed) above++;
  }
  return Math.min(1, (2 * Math.min(below, above)) / total);
}

/** Deterministic values of two sizes, and what SciPy's mannwhitneyu (1.17) gives for them. */
const scipy: readonly (readonly [string, number[], number[], number])[] = [
  ['exact', [0.8518, 0.7673, 0.9515, 1.0877], [1.2551, 1.0222, 0.8954, 0.8547, 1.1615], 0.2857142857142857],
  [
    'exact',
    [1.1805, 0.7199, 0.9499, 0.8219, 0.966, 0.7727, 1.0041, 0.9925, 0.9409, 0.8109, 0.9238, 0.8039],
    [0.6863, 0.9414, 0.7209, 1.1373, 1.0387, 0.6036, 0.9503, 0.722, 0.906],
    0.5078760249038887,
  ],
  [
    'exact',
    [
      1.0088, 0.6719, 0.9544, 0.9501, 1.2122, 0.7896, 1.1591, 0.8027, 0.9359, 0.8453, 1.3361, 1.1204, 1.6264,
      1.137, 1.1841, 1.1831, 0.8857, 0.9861, 1.3101, 0.9238,
    ],
    [
      1.2981, 1.2447, 1.412, 1.162, 1.2125, 1.3121, 1.276, 1.0514, 1.4953, 0.9641, 0.9831, 0.9672, 1.5167,
      1.163, 1.0294, 0.9959, 1.3598, 1.0122, 0.9692, 1.4133, 0.9839, 1.1719,
    ],
    0.02152199510911972,
  ],
  [
    'asymptotic, some equal',
    Array.from({ length: 50 }, (_, i) => 1 + ((7 * i) % 50) / 100),
    Array.from({ length: 50 }, (_, i) => 1.1 + ((11 * i) % 50) / 100),
    0.0015354414985502614,
  ],
  [
    'asymptotic, many equal',
    Array.from({ length: 40 }, (_, i) => Number((10 + ((7 * i) % 10) / 10).toFixed(3))),
    Array.from({ length: 50 }, (_, i) => Number((10.2 + ((3 * i) % 10) / 10).toFixed(3))),
    0.003373674017287894,
  ],
];

const few = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

describe('the Mann–Whitney U test', () => {
  it.each(scipy)('agrees with SciPy (%s)', (_, a, b, p) => {
    expect(Math.abs(rankTestP(a, b) / p - 1)).toBeLessThan(1e-6);
  });

  it('is that of every way to deal the values out, equal ones among them', () => {
    fc.assert(
      fc.property(few, few, (a, b) => {
        expect(rankTestP(a, b)).toBeCloseTo(bruteForce(a, b), 10);
      }),
      { numRuns: 40 },
    );
  });

  it('does not care which side is which', () => {
    const times = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(times, times, (a, b) => {
        expect(rankTestP(a, b)).toBeCloseTo(rankTestP(b, a), 10);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the smallest p-value to sets that lie apart', () => {
    for (const [m, n] of [
      [3, 3],
      [5, 7],
      [20, 20],
    ] as const) {
      const a = Array.from({ length: m }, (_, i) => 1 + i);
      const b = Array.from({ length: n }, (_, i) => 100 + i);
      expect(rankTestP(a, b) / smallestP(m, n)).toBeCloseTo(1, 9);
    }
    expect(smallestP(5, 5)).toBeCloseTo(2 / 252, 12);
  });

  it('sees nothing where all values are equal', () => {
    for (const count of [5, 60]) expect(rankTestP(Array(count).fill(2), Array(count).fill(2))).toBe(1);
  });
});

describe('the interval of the ratio', () => {
  it('leaves 1 out exactly where the test is significant', () => {
    const times = fc.uniqueArray(fc.double({ min: 1, max: 1.5, noNaN: true }), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(times, times, fc.double({ min: 0.7, max: 1.4, noNaN: true }), (a, b, scale) => {
        const scaled = b.map((value) => value * scale);
        fc.pre(new Set([...a, ...scaled]).size === 16);
        const interval = ratioInterval(a, scaled, 0.99)!;
        expect(interval[0] > 1 || interval[1] < 1).toBe(rankTestP(a, scaled) <= 0.01);
      }),
    );
  });

  it('holds the true ratio as often as it says', () => {
    // Splitmix-like numbers: the same every time.
    let state = 7;
    const uniform = () => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
      return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
    };
    for (const count of covering([10, 40], [10])) {
      let held = 0;
      for (let round = 0; round < 300; round++) {
        const draw = (scale: number) =>
          Array.from({ length: count }, () => scale * Math.exp(0.2 * uniform()));
        const interval = ratioInterval(draw(1), draw(1.1), 0.9)!;
        if (interval[0] <= 1.1 && interval[1] >= 1.1) held++;
      }
      expect(held / 300).toBeGreaterThan(0.86);
      expect(held / 300).toBeLessThan(0.97);
    }
  });

  it('is not there where so few values cannot tell', () => {
    expect(ratioInterval([1, 2, 3], [1, 2, 3], 0.99)).toBeUndefined();
  });
});
