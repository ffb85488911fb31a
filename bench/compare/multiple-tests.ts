/**
 * Many tests at once: of a hundred rows that did not change, one would be called significant at 1 %. Holm's correction
 * keeps the chance that any row is called so by luck below the level.
 */

/** P-values after Holm's correction; undefined ones are of no test and stay so. */
export function holm(values: readonly (number | undefined)[]): (number | undefined)[] {
  const order = [...values.keys()]
    .filter((index) => values[index] !== undefined)
    .sort((i, j) => (values[i] ?? 1) - (values[j] ?? 1));
  const adjusted = values.map((): number | undefined => undefined);
  let largest = 0;
  for (const [place, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - place) * (values[index] ?? 1)));
    adjusted[index] = largest;
  }
  return adjusted;
}

/**
 * The most tests of which each could be significant after the correction (Tarone 1990): a test of few values cannot, and would
 * only make the others harder.
 * @param least p-value that each test can give at all
 */
export function testable(least: readonly number[], level: number): Set<number> {
  const order = [...least.keys()].sort((i, j) => (least[i] ?? 1) - (least[j] ?? 1));
  let kept = 0;
  for (const [place, index] of order.entries())
    if ((place + 1) * (least[index] ?? 1) < level) kept = place + 1;
  return new Set(order.slice(0, kept));
}
