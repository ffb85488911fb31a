/** Weighted sums of probabilities, logits and their logarithms, and their gradients; see `shaders/ascent/objective.wgsl`. */
import source from '../../../shaders/ascent/objective.wgsl';
import { launchOf, read, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

const judged = { logits: read(0), weights: read(1), watched: read(2), outcome: write(3) };

export const objectiveFamily = {
  name: 'objective',
  group: 'ascent',
  computes: 'value and gradient of a weighted sum of probabilities, logits and log-probabilities',
  shaders: { objective: source },
  entries: {
    judge: { bindings: judged },
    differentiate: { bindings: { ...judged, gradient: write(4) } },
  },
} as const satisfies KernelFamily;

export interface ObjectiveShape {
  readonly classes: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  /** Whether gradients are divided by a power of two, so that those of tiny probabilities survive the backward pass. */
  readonly rescale: boolean;
}

/** Rows of the outcome [5, batch]. */
export const outcomeRows = { value: 0, confidence: 1, likeliest: 2, scale: 3, logOdds: 4 } as const;
export const outcomeFloats = (batch: number): number => 5 * batch;

/** Where no class is watched, confidence and log-odds are those of the likeliest. */
export const noClassWatched = 0xffff_ffff;

/**
 * Binds logits [classes, batch], weights of probabilities, logits and logarithms [3, classes, batch], watched, the class u32
 * [batch], outcome [5, batch] and gradient, that of the logits [classes, batch].
 */
export function differentiateObjective(
  shape: ObjectiveShape,
): LaunchOf<typeof objectiveFamily, 'differentiate'> {
  return launch('differentiate', shape, { RESCALE: shape.rescale ? 1 : 0 }, 28);
}

/** As `differentiateObjective` without the gradient; the scale of the outcome is left alone. */
export function judgeObjective(shape: ObjectiveShape): LaunchOf<typeof objectiveFamily, 'judge'> {
  return launch('judge', shape, {}, 16);
}

function launch<E extends EntryOf<typeof objectiveFamily>>(
  entryPoint: E,
  { classes, batch }: ObjectiveShape,
  constants: Readonly<Record<string, number>>,
  flops: number,
): LaunchOf<typeof objectiveFamily, E> {
  return launchOf(objectiveFamily, entryPoint, {
    variant: 'lanes32',
    constants: { CLASSES: classes, BATCH: batch / 4, ...constants },
    workgroups: [batch / 4, 1, 1],
    flops: flops * classes * batch,
    bytes: 28 * classes * batch,
  });
}
