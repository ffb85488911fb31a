/** Weighted sums of probabilities, logits and their logarithms, and their gradients; see `shaders/ascent/objective.wgsl`. */
import source from '../../../shaders/ascent/objective.wgsl';
import type { Launch } from '../../gpu/kernel.ts';

export interface ObjectiveShape {
  readonly classes: number;
  /** Slots, a multiple of 4. */
  readonly batch: number;
  /** Whether gradients are divided by a power of two, so that those of tiny probabilities survive the backward pass. */
  readonly rescale: boolean;
}

/** Rows of the outcome [5, batch]. */
export const outcomeRows = { value: 0, confidence: 1, likeliest: 2, scale: 3, logOdds: 4 } as const;
export const outcomeFloats = (batch: number): number => 5 * batch;

/** Where no class is watched, confidence and log-odds are those of the likeliest. */
export const nobodyWatched = 0xffff_ffff;

/**
 * Bindings: 0 logits [classes, batch], 1 weights of probabilities, logits and logarithms [3, classes, batch], 2 watched
 * class u32 [batch], 3 outcome [5, batch], 4 d logits [classes, batch].
 */
export function differentiateObjective(shape: ObjectiveShape): Launch {
  return launch('differentiate', shape, { RESCALE: shape.rescale ? 1 : 0 }, 28);
}

/** As `differentiateObjective` without binding 4; the scale of the outcome is left alone. */
export function judgeObjective(shape: ObjectiveShape): Launch {
  return launch('judge', shape, {}, 16);
}

function launch(
  entryPoint: string,
  { classes, batch }: ObjectiveShape,
  constants: Record<string, number>,
  flops: number,
): Launch {
  return {
    kernel: {
      family: 'objective',
      variant: 'lanes32',
      source,
      entryPoint,
      constants: { CLASSES: classes, BATCH: batch / 4, ...constants },
    },
    workgroups: [batch / 4, 1, 1],
    flops: flops * classes * batch,
    bytes: 28 * classes * batch,
  };
}
