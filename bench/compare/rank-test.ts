/**
 * Whether two sets of times differ, without a word about how times are distributed: the Mann–Whitney U test, and the
 * confidence interval of their ratio that belongs to it (Hodges and Lehmann's, on logarithms).
 */

/** Up to so many pairs the distribution is counted out; beyond, the normal curve is as good. */
const mostPairsCounted = 900;

/**
 * Two-sided p-value of "neither set tends to larger values". Equal values share their ranks, and the distribution is
 * that of the shared ranks.
 */
export function rankTestP(a: readonly number[], b: readonly number[]): number {
  const doubled = doubledRanks([...a, ...b]);
  const observed = doubled.slice(0, a.length).reduce((sum, rank) => sum + rank, 0);
  if (a.length * b.length > mostPairsCounted) return normalP(a.length, b.length, observed / 2, doubled);
  const weights = rankSums(doubled, a.length);
  const [total, below, above] = [weights, weights.slice(0, observed + 1), weights.slice(observed)].map(
    (part) => part.reduce((sum, weight) => sum + weight, 0),
  ) as [number, number, number];
  return Math.min(1, (2 * Math.min(below, above)) / total);
}

/** The p-value of sets of these sizes that lie wholly apart: no smaller one can come out. */
export function smallestP(m: number, n: number): number {
  let arrangements = 1;
  for (let k = 1; k <= m; k++) arrangements *= (n + k) / k;
  return Math.min(1, 2 / arrangements);
}

/**
 * Interval that holds the ratio b / a with at least the given confidence; undefined where so few values cannot tell.
 * @param a positive, as `b`
 */
export function ratioInterval(
  a: readonly number[],
  b: readonly number[],
  confidence: number,
): readonly [low: number, high: number] | undefined {
  const atMost = lowerTail(a.length, b.length);
  let cut = 0;
  while (atMost(cut) <= (1 - confidence) / 2) cut++;
  if (cut === 0) return undefined;
  const ratios = a.flatMap((below) => b.map((above) => above / below)).sort((x, y) => x - y);
  const [low, high] = [ratios[cut - 1], ratios[ratios.length - cut]];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** Ranks from 1 on, equal values the mean of theirs; doubled, so that they are whole numbers. */
function doubledRanks(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const [index, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, index + 1);
    last.set(value, index + 1);
  }
  return values.map((value) => (first.get(value) ?? 0) + (last.get(value) ?? 0));
}

/** In how many ways `chosen` of the ranks have each sum. */
function rankSums(ranks: readonly number[], chosen: number): Float64Array {
  const largest = [...ranks].sort((x, y) => y - x).slice(0, chosen);
  const width = 1 + largest.reduce((sum, rank) => sum + rank, 0);
  // ways[k][s]: choices of k among the ranks seen so far whose sum is s.
  const ways = Array.from({ length: chosen + 1 }, () => new Float64Array(width));
  ways[0]?.fill(1, 0, 1);
  for (const rank of ranks) {
    for (let k = chosen; k > 0; k--) {
      const [from, to] = [ways[k - 1], ways[k]];
      if (!from || !to) continue;
      for (let sum = width - 1; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  return ways[chosen] ?? new Float64Array(width);
}

/** P(U ≤ u) of the test's statistic for sets of these sizes without equal values. */
function lowerTail(m: number, n: number): (u: number) => number {
  if (m * n > mostPairsCounted) {
    const deviation = Math.sqrt((m * n * (m + n + 1)) / 12);
    return (u) => upperTail(((m * n) / 2 - u - 0.5) / deviation);
  }
  const ranks = Array.from({ length: m + n }, (_, index) => index + 1);
  const weights = rankSums(ranks, m).slice((m * (m + 1)) / 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (u) => weights.slice(0, u + 1).reduce((sum, weight) => sum + weight, 0) / total;
}

/** The normal curve in place of the distribution, with the variance that shared ranks leave and half a step towards the mean. */
function normalP(m: number, n: number, rankSum: number, doubled: readonly number[]): number {
  const size = m + n;
  const shared = new Map<number, number>();
  for (const rank of doubled) shared.set(rank, (shared.get(rank) ?? 0) + 1);
  const ties = [...shared.values()].reduce((sum, times) => sum + times ** 3 - times, 0);
  const variance = ((m * n) / 12) * (size + 1 - ties / (size * (size - 1)));
  if (variance === 0) return 1;
  const distance = Math.abs(rankSum - (m * (size + 1)) / 2) - 0.5;
  return Math.min(1, 2 * upperTail(Math.max(0, distance) / Math.sqrt(variance)));
}

/** P(Z > z) of a standard normal variable: its density by Simpson's rule over ten deviations, beyond which nothing is left. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const steps = 400;
  const width = 10 / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((z + step * width) ** 2) / 2);
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}
