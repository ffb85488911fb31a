/** How the tiles of a matrix product share out its result: what the launch and the cost model both go by. */
import type { Workgroups } from '../../gpu/kernel.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { slicedRows, type MatmulVariant } from './matmul-variants.ts';

/** Workgroups of a variant. */
export function gridOf(
  { entryPoint, rows, columns, lanes }: MatmulVariant,
  rowVectors: number,
  columnVectors: number,
  allRows: number,
): Workgroups {
  switch (entryPoint) {
    case 'staged':
      return [Math.ceil(columnVectors / (8 * columns)), Math.ceil(rowVectors / (8 * rows)), 1];
    case 'sliced':
      return [Math.ceil(rowVectors / slicedRows), columnVectors, 1];
    case 'across':
      return [Math.ceil(rowVectors / (lanes * rows)), Math.ceil(columnVectors / columns), 1];
    case 'plain':
      return [Math.ceil(columnVectors / lanes), allRows, 1];
    case 'quads':
    case 'tile':
      return [Math.ceil(columnVectors / (lanes * columns)), Math.ceil(rowVectors / rows), 1];
  }
}

/** Vec4s of rows and of columns that a workgroup makes. */
export function vectorsOfWorkgroup({ entryPoint, rows, columns, lanes }: MatmulVariant): [number, number] {
  switch (entryPoint) {
    case 'staged':
      return [8 * rows, 8 * columns];
    case 'sliced':
      return [slicedRows, 1];
    case 'across':
      return [lanes * rows, columns];
    case 'plain':
      return [1, lanes];
    case 'quads':
    case 'tile':
      return [rows, lanes * columns];
  }
}

/** Values of k per loop iteration. */
export const stepsOf = ({ steps }: MatmulVariant, { depth }: MatmulShape): number =>
  largestDivisor(depth, steps);

function largestDivisor(value: number, most: number): number {
  let divisor = Math.min(value, most);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
