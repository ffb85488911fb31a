/** Batch normalisation as it is at inference. */
import type { AffineLayer } from './weight-file.ts';

/**
 * y = (x − mean) / √(variance + epsilon) · scale + shift, as what each channel is multiplied by and what is added then.
 * @param scale and `shift`: none where the file keeps them in a separate layer
 */
export function batchNormalisation({
  mean,
  variance,
  epsilon,
  scale,
  shift,
}: {
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  readonly epsilon: number;
  readonly scale?: ArrayLike<number>;
  readonly shift?: ArrayLike<number>;
}): Pick<AffineLayer, 'scale' | 'shift'> {
  const factors = Float64Array.from(
    variance,
    (value, channel) => (scale?.[channel] ?? 1) / Math.sqrt(value + epsilon),
  );
  return {
    scale: factors,
    shift: factors.map((factor, channel) => (shift?.[channel] ?? 0) - (mean[channel] ?? 0) * factor),
  };
}
