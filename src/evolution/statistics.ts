/** What a generation's confidences amount to. */

export interface ConfidenceStatistics {
  readonly median: number;
  readonly mean: number;
  readonly min: number;
  readonly best: number;
  readonly above99: number;
}

/** @param confidences of every cell; at least one */
export function summarise(confidences: readonly number[]): ConfidenceStatistics {
  const sorted = [...confidences].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? 0;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    min: at(0),
    best: at(sorted.length - 1),
    above99: sorted.filter((value) => value >= 0.99).length,
  };
}
