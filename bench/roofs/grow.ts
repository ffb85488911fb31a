/** Sizes that grow until a rate no longer changes: too small a grid leaves a GPU idle, too small a copy lies in its caches. */

export interface Rated {
  /** Work per time, in any unit. */
  readonly rate: number;
  /** Milliseconds of a launch. */
  readonly ms: number;
}

export interface Grown<Size> extends Rated {
  readonly size: Size;
}

/** A size counts as no better than the last where the rate changes by less. */
const change = 0.03;
/** So often in a row: one size may meet a disturbance, or a grid that its cores divide badly. */
const steadySizes = 2;

export interface LaunchLength {
  /** Milliseconds of a launch below which sizes go on growing all the same: starting it would be a part of the time. */
  readonly shortest: number;
  /** Milliseconds from which on they do not: starting it is nothing beside them, and the next size takes twice as long. */
  readonly longest: number;
}

/**
 * Measures one size after the other; ends when the rate has stopped changing, or with the sizes.
 * @param sizes ascending, at least one
 * @param measure undefined where the adapter cannot do this size, which ends the growth
 * @returns what was measured, in order; empty where the first size cannot be measured
 */
export async function growUntilSteady<Size>(
  sizes: readonly Size[],
  measure: (size: Size) => Promise<Rated | undefined>,
  { shortest, longest }: LaunchLength,
): Promise<Grown<Size>[]> {
  const measured: Grown<Size>[] = [];
  let steady = 0;
  for (const size of sizes) {
    const rated = await measure(size);
    if (!rated) break;
    const last = measured.at(-1);
    steady = last && Math.abs(rated.rate / last.rate - 1) < change ? steady + 1 : 0;
    measured.push({ size, rate: rated.rate, ms: rated.ms });
    if ((steady >= steadySizes && rated.ms >= shortest) || rated.ms >= longest) break;
  }
  return measured;
}

/** The fastest of some; undefined of none. */
export const fastestOf = <Size>(measured: readonly Grown<Size>[]): Grown<Size> | undefined =>
  measured.reduce<Grown<Size> | undefined>(
    (best, one) => (best === undefined || one.rate > best.rate ? one : best),
    undefined,
  );

/** The smallest size whose rate is that of the largest: from here on nothing changes. */
export function steadyFrom<Size>(measured: readonly Grown<Size>[]): Grown<Size> | undefined {
  const last = measured.at(-1);
  if (!last) return undefined;
  const changed = measured.findLastIndex(({ rate }) => Math.abs(rate / last.rate - 1) >= change);
  return measured[changed + 1];
}
