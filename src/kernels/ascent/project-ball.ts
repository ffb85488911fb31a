/** Keeps images within a ball, and their bytes, too; see `shaders/ascent/project-ball.wgsl`. */
import source from '../../../shaders/ascent/project-ball.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { productParts } from './batched-dot.ts';

export interface BallShape {
  readonly values: number;
  /** Slots, a multiple of 4. */
  readonly batch: number;
  readonly radius: number;
}

/** Ways of rounding that are compared. */
const levels = 17;

/** Sums of the squares of the changes, u32 [levels, productParts, batch]. */
export const squaresWords = (batch: number): number => levels * productParts * batch;

/** Bindings: 0 X, 1 centre, both [values, batch]. */
export function clampToCube(shape: BallShape): Launch {
  const { values, batch } = shape;
  return launch('clamp_to_cube', shape, (values * batch) / 4, 4 * values * batch);
}

/** Bindings: 0 X, 1 centre, both [values, batch], 2 partial sums [productParts, batch]. */
export function ballDistance(shape: BallShape): Launch {
  const { values, batch } = shape;
  return launch('distance_parts', shape, (productParts * batch) / 4, 3 * values * batch);
}

/** Bindings: 2 partial sums, 3 factor [batch]. */
export function ballShrink(shape: BallShape): Launch {
  return launch('shrink', shape, shape.batch / 4, productParts * shape.batch);
}

/** Bindings: 0 X, 1 centre, 3 factor. */
export function ballProject(shape: BallShape): Launch {
  const { values, batch } = shape;
  return launch('project', shape, (values * batch) / 4, 3 * values * batch);
}

/** Bindings: 0 X, 1 centre, 4 sums of squares. */
export function ballSquares(shape: BallShape): Launch {
  const { values, batch } = shape;
  return launch('squares', shape, (productParts * batch) / 4, 5 * levels * values * batch);
}

/** Bindings: 4 sums of squares, 5 shifts [batch], with which `picture` rounds. */
export function ballChoose(shape: BallShape): Launch {
  const sums = squaresWords(shape.batch);
  const kernel = {
    family: 'project-ball',
    variant: 'lanes32',
    source,
    entryPoint: 'choose',
    constants: constantsOf(shape),
  };
  return { kernel, workgroups: [shape.batch / 4, 1, 1], flops: 4 * sums, bytes: 4 * sums };
}

function launch(entryPoint: string, shape: BallShape, count: number, flops: number): Launch {
  const kernel = { family: 'project-ball', source, entryPoint, constants: constantsOf(shape) };
  return elementwise(kernel, count, { flops, bytes: 4 * flops });
}

/** No picture is further from another than this, and its square still is exact. */
const furthest = 2 ** 23;

function constantsOf({ values, batch, radius }: BallShape): Record<string, number> {
  const within = Math.min(radius, furthest);
  const limit = Math.floor(within * within);
  return {
    VALUES: values,
    BATCH: batch / 4,
    PARTS: productParts,
    RADIUS: radius,
    LIMIT_HIGH: Math.floor(limit / 65_536),
    LIMIT_LOW: limit % 65_536,
  };
}
