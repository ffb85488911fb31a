/** Shapes that every variant of a matrix product must get right. */
import type { MatmulShape } from '../../../src/kernels/matmul/matmul-shape.ts';
import type { MatmulVariant } from '../../../src/kernels/matmul/matmul-variants.ts';
import { tileEdges, type Matrix } from '../covering-pairs.ts';

export type MatmulCase = readonly [what: string, shape: MatmulShape];

export const matmulCase = (shape: MatmulShape): MatmulCase => {
  const { rows, columns, depth } = shape;
  return [`${String(rows)} × ${String(columns)} over ${String(depth)}`, shape];
};

export const matmulCases: readonly MatmulCase[] = [
  matmulCase({ rows: 1, columns: 4, depth: 1 }),
  matmulCase({ rows: 10, columns: 40, depth: 17 }),
  matmulCase({ rows: 3, columns: 37, depth: 5 }),
  matmulCase({ rows: 50, columns: 10, depth: 64 }),
  matmulCase({ rows: 20, columns: 300, depth: 3 }),
  matmulCase({ rows: 130, columns: 8, depth: 33 }),
  matmulCase({ rows: 150, columns: 1, depth: 40, images: 1 }),
  matmulCase({ rows: 3, columns: 1, depth: 7, images: 1 }),
  matmulCase({ rows: 37, columns: 2, depth: 24, images: 2 }),
];

/** Steps of the depth that are written out: as many as divide it. */
function largestDivisor(value: number, most: number): number {
  const candidates = Array.from({ length: most }, (_, index) => most - index);
  return candidates.find((divisor) => value % divisor === 0) ?? 1;
}

/** What a workgroup computes of the result. */
function workgroupTile({ entryPoint, rows, columns, lanes }: MatmulVariant) {
  switch (entryPoint) {
    case 'staged':
      return { rows: 32 * rows, columns: 8 * columns };
    case 'sliced':
      return { rows: 64, columns: 1 };
    case 'across':
      return { rows: 4 * rows * lanes, columns };
    case 'plain':
      return { rows: 1, columns: lanes };
    case 'quads':
    case 'tile':
      return { rows: 4 * rows, columns: columns * lanes };
  }
}

/** Variants of products on the cases above; whatever is written out is compiled, and takes its time. */
export function matmulMatrix(variants: readonly MatmulVariant[]): Matrix<MatmulVariant, MatmulCase> {
  return {
    variants,
    shapes: matmulCases,
    edges: [
      ...tileEdges<MatmulVariant, MatmulCase>('rows', (variant, [, { rows }]) => {
        return [rows, workgroupTile(variant).rows];
      }),
      ...tileEdges<MatmulVariant, MatmulCase>('columns', (variant, [, { columns, images = 4 }]) => {
        return [columns, images * workgroupTile(variant).columns];
      }),
      {
        name: 'several steps at a time',
        met: ({ steps }, [, { depth }]) => largestDivisor(depth, steps) > 1,
      },
      { name: 'four columns at a time', met: (_, [, { images }]) => images === undefined },
      { name: 'one column', met: (_, [, { images }]) => images === 1 },
      { name: 'two columns', met: (_, [, { images }]) => images === 2 },
    ],
    // `sliced` is `across` by more lanes, which wait for each other: drivers on a CPU take seconds for it.
    kindOf: ({ entryPoint }) => (entryPoint === 'sliced' ? 'across' : entryPoint),
    costOf: ({ entryPoint, rows, columns, steps }, [, { depth, images = 4 }]) =>
      entryPoint === 'sliced'
        ? 20_000
        : 100 + (rows * columns * images * largestDivisor(depth, steps)) ** 1.5,
  };
}
