/** Log-odds of confidences by definition, in doubles. */

/** log Σ e^x */
function logSum(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** log Σ e^x over all values but one. */
function logSumWithout(values: readonly number[], left: number): number {
  const all = logSum(values);
  const share = Math.exp(values[left]! - all);
  // A subtraction cancels nothing where the one is not most of it.
  return share > 0.5 ? logSum(values.filter((_, other) => other !== left)) : all + Math.log1p(-share);
}

/**
 * log p − log(1 − p) of every class, where p is the mean of its probability over the views.
 * @param views logits of each view, by class
 */
export function logOddsOfViews(views: readonly (readonly number[])[]): number[] {
  const sums = views.map(logSum);
  return Array.from({ length: views[0]!.length }, (_, number) => {
    const own = views.map((logits, view) => logits[number]! - sums[view]!);
    const others = views.map((logits, view) => logSumWithout(logits, number) - sums[view]!);
    return logSum(own) - logSum(others);
  });
}
