/** A matrix with rows for columns; see `shaders/matmul/transpose.wgsl`. */
import { ceil4, placeOf, sizes, type FamilyReference } from '../reference.ts';

export const transposeReference = {
  main: {
    results: {
      /** transposed[j, i] = matrix[i, j]; the padding of its rows is zero. */
      transposed: (operands) => {
        const { ROWS, COLUMNS } = sizes(operands, 'ROWS', 'COLUMNS');
        const matrix = operands.values('matrix');
        return (index) => {
          const [j, i] = placeOf(index, ceil4(ROWS));
          return i < ROWS ? matrix(i * ceil4(COLUMNS) + j) : 0;
        };
      },
    },
  },
} satisfies FamilyReference;
