/**
 * A matrix with rows for columns; see `shaders/matmul/transpose.wgsl`.
 * Cases: matrices of one element, of rows that are padded or not, and of more than a workgroup takes; of words and of halves.
 */
import { atLeastOne, type Case, exact, type FamilyCases, shorts, unwritten, words } from '../case.ts';
import { ceil4, type FamilyReference, placeOf, sizes } from '../reference.ts';
import { transpose, transposeFamily } from './transpose.ts';

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

const shapes = [
  [1, 1],
  [5, 3],
  [4, 8],
  [37, 50],
] as const;

const caseOf = (rows: number, columns: number, packed: boolean): Case => {
  const [from, to] = [rows * ceil4(columns), columns * ceil4(rows)];
  return {
    name: `${String(rows)} × ${String(columns)}${packed ? ', of halves' : ''}`,
    launch: () => transpose(rows, columns, packed),
    operands: {
      matrix: packed ? shorts(from) : words(from),
      transposed: unwritten(to, packed ? 'shorts' : 'words'),
    },
    tolerance: exact,
  };
};

const transposeCases: FamilyCases<typeof transposeFamily> = {
  family: transposeFamily,
  reference: transposeReference,
  cases: {
    main: atLeastOne(
      shapes.flatMap(([rows, columns]) => [false, true].map((packed) => caseOf(rows, columns, packed))),
    ),
  },
};

export default transposeCases;
