/**
 * Another basis along one axis; see `shaders/ascent/axis-transform.wgsl`.
 * Cases: every axis of an image, axes of one point, and more columns and points than a tile has.
 */
import { atLeastOne, type FamilyCases, floats, given, randomFloats, unwritten } from '../case.ts';
import { type FamilyReference, placeOf, sizes, sumOver } from '../reference.ts';
import { axisTransform, axisTransformFamily, basisRows } from './axis-transform.ts';

export const axisTransformReference = {
  main: {
    results: {
      /** y[o, j, i] = Σ_k basis[k, j] · x[o, k, i] */
      y: (operands) => {
        const { SIZE, INNER, PITCH } = sizes(operands, 'SIZE', 'INNER', 'PITCH');
        const [x, basis] = [operands.values('x'), operands.values('basis')];
        return (index) => {
          const [o, j, i] = placeOf(index, SIZE, 4 * INNER);
          return sumOver(SIZE, (k) => basis(k * 4 * PITCH + j) * x((o * SIZE + k) * 4 * INNER + i));
        };
      },
    },
  },
} satisfies FamilyReference;

const shapes = [
  ['the first axis', 1, 7, 20],
  ['the last axis but the batch', 15, 9, 4],
  ['an axis in between', 3, 8, 36],
  ['an axis of one point', 5, 1, 12],
  ['more columns than a workgroup has', 2, 28, 4 * 300],
  ['more points than a tile has', 6, 45, 12],
] as const;

const axisTransformCases: FamilyCases<typeof axisTransformFamily> = {
  family: axisTransformFamily,
  reference: axisTransformReference,
  cases: {
    main: atLeastOne(
      shapes.map(([name, outer, size, inner]) => ({
        name,
        launch: () => axisTransform({ outer, size, inner }),
        operands: {
          x: floats(outer * size * inner),
          basis: given(basisRows(Float64Array.from(randomFloats(size * size, 2)), size)),
          y: unwritten(outer * size * inner),
        },
      })),
    ),
  },
};

export default axisTransformCases;
