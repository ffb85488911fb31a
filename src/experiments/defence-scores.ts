/** Scores by which an image is taken for a real one, thresholds that real ones set, and who passes them. */
import { quantile } from 'simple-statistics';
import { largest } from '../model/evaluation.ts';
import { exponential, logarithm } from '../random/fixed-math.ts';

/** log Σ exp(logit / temperature). */
function logSum(logits: ArrayLike<number>, temperature: number): number {
  const scaled = Array.from(logits, (logit) => logit / temperature);
  const most = Math.max(...scaled);
  return most + logarithm(scaled.reduce((sum, value) => sum + exponential(value - most), 0));
}

/** The softmax of logits, [class]. */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float32Array {
  const sum = logSum(logits, temperature);
  return Float32Array.from(logits, (logit) => exponential(logit / temperature - sum));
}

/** The largest share of the softmax, as log-odds against the rest: that goes on where the share rounds to 1. */
export function softmaxScore(logits: ArrayLike<number>, temperature = 1): number {
  const all = Array.from(logits);
  const first = all.indexOf(Math.max(...all));
  const rest = all.filter((_, index) => index !== first);
  return (all[first] ?? 0) / temperature - logSum(rest, temperature);
}

export const maxLogit = (logits: ArrayLike<number>): number => Math.max(...Array.from(logits));

/** Minus the free energy at temperature 1 (Liu et al., 2020): higher for what the network has seen. */
export const energyScore = (logits: ArrayLike<number>): number => logSum(logits, 1);

/**
 * The temperature that gives the true classes the highest likelihood (Guo et al., 2017), by golden section of its logarithm.
 *
 * @param logits [image][class]
 */
export function fittedTemperature(logits: readonly ArrayLike<number>[], targets: ArrayLike<number>): number {
  const loss = (log: number): number => {
    const temperature = exponential(log);
    return logits.reduce(
      (sum, row, image) => sum + logSum(row, temperature) - (row[targets[image] ?? 0] ?? 0) / temperature,
      0,
    );
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [logarithm(0.05), logarithm(100)];
  for (let step = 0; step < 40; step++) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(left) < loss(right)) high = right;
    else low = left;
  }
  return exponential((low + high) / 2);
}

/** What a defence makes of an image. */
export interface DefenceVerdict {
  readonly named: number;
  readonly score: number;
}

export const verdictOf = (outputs: Float32Array, score: number): DefenceVerdict => {
  return { named: largest(outputs), score };
};

/** Share of real images that a threshold lets pass. */
export const passing = 0.95;

/** @param real of images that set the threshold */
export const thresholdOf = (real: readonly DefenceVerdict[]): number =>
  quantile(
    real.map(({ score }) => score),
    1 - passing,
  );

/** How many are named their class and pass. */
export const survivors = (
  verdicts: readonly DefenceVerdict[],
  targets: ArrayLike<number>,
  threshold = -Infinity,
): number =>
  verdicts.filter(({ named, score }, image) => named === targets[image] && score >= threshold).length;
