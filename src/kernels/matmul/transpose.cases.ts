/** Matrices of one element, of rows that are padded or not, and of more than a workgroup takes; of words and of halves. */
import { atLeastOne, exact, shorts, unwritten, words, type Case, type FamilyCases } from '../case.ts';
import { ceil4 } from '../reference.ts';
import { transposeReference } from './transpose.reference.ts';
import { transpose } from './transpose.ts';

const sizes = [
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

export const transposeCases: FamilyCases<keyof typeof transposeReference> = {
  reference: transposeReference,
  cases: {
    main: atLeastOne(
      sizes.flatMap(([rows, columns]) => [false, true].map((packed) => caseOf(rows, columns, packed))),
    ),
  },
};
