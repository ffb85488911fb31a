/** Medians with intervals, and whether two groups differ: what the paper's figures show. */
import { errorFunction, medianSorted, quantileSorted } from 'simple-statistics';
import { formatConfidence } from '../report/format.ts';
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';

export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2000;

/** Of confidences: `88.10 % (95 % interval 85.00 % to 90.20 %)`. */
export function intervalText({ median, low, high }: Interval): string {
  return low === high
    ? formatConfidence(median)
    : `${formatConfidence(median)} (95 % interval ${formatConfidence(low)} to ${formatConfidence(high)})`;
}

/**
 * The median and its 95 % interval by the bootstrap's percentiles (Efron, 1979): the same values give the same interval.
 *
 * @param values at least one
 * @param seed of the resampling
 * @throws RangeError where there is no value
 */
export function bootstrapMedian(values: readonly number[], seed = 1): Interval {
  if (values.length === 0) throw new RangeError('the median of no value');
  const sorted = ascending(values);
  const random = RandomStream.of(seed, streams.bootstrap);
  const medians = Array.from({ length: resamples }, () =>
    medianSorted(ascending(sorted.map(() => sorted[random.below(sorted.length)] ?? NaN))),
  );
  const spread = ascending(medians);
  return {
    median: medianSorted(sorted),
    low: quantileSorted(spread, 0.025),
    high: quantileSorted(spread, 0.975),
  };
}

export interface RankTest {
  /** Pairs in which the first group's value is the larger one; ties count half. */
  readonly u: number;
  /** Of a difference at least so large where both groups are of one distribution; two-sided. */
  readonly p: number;
}

/**
 * Mann and Whitney's test (1947): exact for groups of at most 20 without ties, else by the normal distribution with
 * corrections for ties and continuity.
 *
 * @throws RangeError where a group is empty
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): RankTest {
  const [n, m] = [first.length, second.length];
  if (n === 0 || m === 0) throw new RangeError('a rank test needs a value in either group');
  let u = 0;
  for (const one of first) for (const other of second) u += one > other ? 1 : one === other ? 0.5 : 0;
  const all = [...first, ...second];
  const ties = new Map<number, number>();
  for (const value of all) ties.set(value, (ties.get(value) ?? 0) + 1);
  const tied = ties.size < all.length;
  return { u, p: !tied && Math.max(n, m) <= 20 ? exactP(u, n, m) : normalP(u, n, m, [...ties.values()]) };
}

/** Orders of n and m values by their U, counted: ways(n, m, u) = ways(n − 1, m, u − m) + ways(n, m − 1, u). */
function exactP(u: number, n: number, m: number): number {
  const most = n * m;
  let row = Array.from({ length: m + 1 }, () => [1]);
  for (let firsts = 1; firsts <= n; firsts++) {
    const next: number[][] = [[1]];
    for (let seconds = 1; seconds <= m; seconds++) {
      const ways = Array.from({ length: firsts * seconds + 1 }, () => 0);
      for (const [at, count] of (row[seconds] ?? []).entries())
        ways[at + seconds] = (ways[at + seconds] ?? 0) + count;
      for (const [at, count] of (next[seconds - 1] ?? []).entries()) ways[at] = (ways[at] ?? 0) + count;
      next.push(ways);
    }
    row = next;
  }
  const ways = row[m] ?? [];
  const sum = (values: readonly number[]) => values.reduce((total, count) => total + count, 0);
  const tail = sum(ways.slice(Math.max(u, most - u)));
  return Math.min(1, (2 * tail) / sum(ways));
}

function normalP(u: number, n: number, m: number, ties: readonly number[]): number {
  const total = n + m;
  const correction =
    ties.reduce((sum, size) => sum + (size * size * size - size), 0) / (total * (total - 1) || 1);
  const variance = ((n * m) / 12) * (total + 1 - correction);
  if (variance <= 0) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return Math.min(1, 1 - errorFunction(z / Math.SQRT2));
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
