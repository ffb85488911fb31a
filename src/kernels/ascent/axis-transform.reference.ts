/** Another basis along one axis; see `shaders/ascent/axis-transform.wgsl`. */
import { placeOf, sizes, sumOver, type FamilyReference } from '../reference.ts';

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
