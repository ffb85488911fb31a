/** What the variants of a matrix product do differently at the shapes of their cases. */
import { matmulShapes, type NamedMatmulShape } from '../../../src/kernels/matmul/matmul.cases.ts';
import type { MatmulVariant } from '../../../src/kernels/matmul/matmul-variants.ts';
import { tileEdges, type Matrix } from '../covering-pairs.ts';

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

/** Variants of products on their shapes; whatever is written out is compiled, and takes its time. */
export function matmulMatrix(variants: readonly MatmulVariant[]): Matrix<MatmulVariant, NamedMatmulShape> {
  return {
    variants,
    shapes: matmulShapes,
    edges: [
      ...tileEdges<MatmulVariant, NamedMatmulShape>('rows', (variant, [, { rows }]) => {
        return [rows, workgroupTile(variant).rows];
      }),
      ...tileEdges<MatmulVariant, NamedMatmulShape>('columns', (variant, [, { columns, images = 4 }]) => {
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
