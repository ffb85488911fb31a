/** How alike things of a class are, beside how alike things of different classes are. */

type Numbers = ArrayLike<number>;

/** Pearson's correlation, rounded as records keep it; 0 where either does not vary. */
export function alikeness(one: Numbers, other: Numbers): number {
  const count = one.length;
  const [meanA, meanB] = [mean(one), mean(other)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let place = 0; place < count; place++) {
    const [a, b] = [(one[place] ?? 0) - meanA, (other[place] ?? 0) - meanB];
    ab += a * b;
    aa += a * a;
    bb += b * b;
  }
  return aa === 0 || bb === 0 ? 0 : Math.round((1e6 * ab) / Math.sqrt(aa * bb)) / 1e6;
}

const mean = (values: Numbers): number =>
  values.length === 0 ? 0 : Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export interface Pairs {
  /** Of pairs of one class. */
  readonly within: number[];
  /** Of pairs of two classes. */
  readonly between: number[];
}

/** Many classes have more pairs of different ones than are needed. */
const mostBetween = 20_000;

/**
 * All pairs of different runs; of those of different classes evenly spread ones where they are many.
 *
 * @param things the class and run of each
 * @param alike of two, by their places
 */
export function pairsBetweenRuns(
  things: readonly { readonly class: number; readonly run: number }[],
  alike: (one: number, other: number) => number,
): Pairs {
  const within: [number, number][] = [];
  const between: [number, number][] = [];
  for (const [one, { class: number, run }] of things.entries())
    for (const [other, thing] of things.entries())
      if (other > one && thing.run !== run) (thing.class === number ? within : between).push([one, other]);
  const every = Math.ceil(between.length / mostBetween);
  const kept = between.filter((_, index) => index % every === 0);
  const measure = (pairs: readonly [number, number][]) => pairs.map(([one, other]) => alike(one, other));
  return { within: measure(within), between: measure(kept) };
}
