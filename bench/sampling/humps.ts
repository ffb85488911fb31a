/**
 * Whether samples lie in two groups, as they do where a clock rose or something else took turns with the work. Their median is
 * that of one group at most, and which one is luck.
 */
import { medianOf } from './median-interval.ts';

/** Share of the samples that a group has at least: fewer are outliers, which the median withstands. */
const leastShare = 0.2;
/** Of either group: three samples by chance are none. */
const fewest = 4;
/** The upper group's median, as a multiple of the lower one's, at least. */
const apart = 1.25;
/** The gap between the groups, as a multiple of the spread within either, at least. */
const clear = 2;

/**
 * The widest gap in the sorted logarithms of the times, among those that leave a fifth of them on either side, splits them in
 * two groups. They are humps where their medians are more than a quarter apart and the gap is wider than twice the spread (10th
 * to 90th percentile) of either.
 * @param times positive
 */
export function isBimodal(times: readonly number[]): boolean {
  const sorted = times.map(Math.log).sort((a, b) => a - b);
  const least = Math.max(fewest, Math.ceil(leastShare * sorted.length));
  let cut = 0;
  let widest = 0;
  for (let place = least; place <= sorted.length - least; place++) {
    const gap = (sorted[place] ?? 0) - (sorted[place - 1] ?? 0);
    if (gap > widest) [cut, widest] = [place, gap];
  }
  if (cut === 0 || !Number.isFinite(widest)) return false;
  const [lower, upper] = [sorted.slice(0, cut), sorted.slice(cut)];
  return (
    medianOf(upper) - medianOf(lower) > Math.log(apart) &&
    widest > clear * Math.max(spreadOf(lower), spreadOf(upper))
  );
}

/** From the 10th to the 90th percentile. */
function spreadOf(sorted: readonly number[]): number {
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return at(0.9) - at(0.1);
}
