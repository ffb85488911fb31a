/** How the tiles of a matrix product share out its result: what the launch and the cost model both go by. */
import type { Workgroups } from '../../gpu/kernel.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { wayOf, type MatmulVariant } from './matmul-variants.ts';

/** Vec4s of rows and of columns of the result. */
export const vectorsOf = ({ rows, columns, images = 4 }: MatmulShape) => ({
  rowVectors: Math.ceil(rows / 4),
  columnVectors: Math.ceil(columns / images),
});

/** Workgroups of a variant. */
export function gridOf(variant: MatmulVariant, shape: MatmulShape): Workgroups {
  const way = wayOf(variant);
  const [rows, columnVectors] = way.workgroup(variant);
  const down = Math.ceil(shape.rows / rows);
  const across = Math.ceil(vectorsOf(shape).columnVectors / columnVectors);
  return way.rowsAlongX ? [down, across, 1] : [across, down, 1];
}

/** Values of k per loop iteration. */
export const stepsOf = ({ steps }: MatmulVariant, { depth }: MatmulShape): number =>
  largestDivisor(depth, steps);

function largestDivisor(value: number, most: number): number {
  let divisor = Math.min(value, most);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
