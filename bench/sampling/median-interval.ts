/** How well a median is known: distribution-free, from the order of the samples alone. */

/** The upper of the middle two of an even number; 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Bounds of the 95 % confidence interval of the median: the tightest symmetric pair of order statistics that holds it with
 * that probability, since each sample lies below it as a coin falls. Fewer than six samples have none; their least and
 * greatest are given.
 * @param sorted ascending
 */
export function medianInterval(sorted: readonly number[]): readonly [low: number, high: number] {
  const count = sorted.length;
  let below = 0.5 ** count; // probability that no more than `rank` of the samples lie below the median
  let outside = below;
  let rank = 0;
  while (rank < count / 2 - 1) {
    below *= (count - rank) / (rank + 1);
    if (outside + below > 0.025) break;
    outside += below;
    rank++;
  }
  return [sorted[rank] ?? NaN, sorted[count - 1 - rank] ?? NaN];
}

/** Half the interval's width as a share of the median; infinite where the samples are too few for one. */
export function relativeHalfWidth(samples: readonly number[]): number {
  if (samples.length < 6) return Infinity;
  const sorted = [...samples].sort((a, b) => a - b);
  const [low, high] = medianInterval(sorted);
  return (high - low) / 2 / (sorted[Math.floor(sorted.length / 2)] ?? NaN);
}
