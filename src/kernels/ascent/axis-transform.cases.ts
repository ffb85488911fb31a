/** Every axis of an image, axes of one point, and more columns and points than a tile has. */
import { atLeastOne, floats, given, randomFloats, unwritten, type FamilyCases } from '../case.ts';
import { axisTransformReference } from './axis-transform.reference.ts';
import { axisTransform, basisRows } from './axis-transform.ts';

const shapes = [
  ['the first axis', 1, 7, 20],
  ['the last axis but the batch', 15, 9, 4],
  ['an axis in between', 3, 8, 36],
  ['an axis of one point', 5, 1, 12],
  ['more columns than a workgroup has', 2, 28, 4 * 300],
  ['more points than a tile has', 6, 45, 12],
] as const;

export const axisTransformCases: FamilyCases<keyof typeof axisTransformReference> = {
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
