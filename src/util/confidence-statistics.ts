/** What a generation's confidences amount to. */

export interface ConfidenceStatistics {
  readonly median: number;
  readonly mean: number;
  readonly min: number;
  readonly best: number;
  /** Sum of all, an empty cell counting 0: the QD-score with an offset of 0 (Pugh, Soros, Stanley 2016; pyribs). */
  readonly qdScore: number;
  /** How many are at least 0.9, 0.99 and 0.9999. */
  readonly above90: number;
  readonly above99: number;
  readonly above9999: number;
}

/** @param confidences of every cell; at least one */
export function summarise(confidences: ArrayLike<number>): ConfidenceStatistics {
  const sorted = Float64Array.from(confidences).sort();
  const middle = (sorted.length - 1) / 2;
  const at = (index: number) => sorted[index] ?? 0;
  const qdScore = sorted.reduce((sum, value) => sum + value, 0);
  const atLeast = (least: number) => sorted.filter((value) => value >= least).length;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    mean: qdScore / sorted.length,
    min: at(0),
    best: at(sorted.length - 1),
    qdScore,
    above90: atLeast(0.9),
    above99: atLeast(0.99),
    above9999: atLeast(0.9999),
  };
}
