/** Projection onto a Euclidean ball; see `shaders/ball.wgsl`. */
import source from '../../shaders/ball.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';
import { productParts } from './slot-product.ts';

export interface BallShape {
  readonly values: number;
  /** Slots, a multiple of 4. */
  readonly batch: number;
  readonly radius: number;
}

/** Bindings: 0 X [values, batch], 1 centre [values], 2 partial sums [productParts, batch]. */
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

function launch(
  entryPoint: string,
  { values, batch, radius }: BallShape,
  count: number,
  flops: number,
): Launch {
  const constants = { VALUES: values, BATCH: batch / 4, PARTS: productParts, RADIUS: radius };
  return elementwise({ family: 'ball', source, entryPoint, constants }, count, { flops, bytes: 4 * flops });
}
