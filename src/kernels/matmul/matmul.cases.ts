/**
 * The matrix product by its formula; see `shaders/matmul/matmul.wgsl`.
 * Cases: products of matrices that every variant must get right: of floats, of halves, rectified.
 */
import {
  atLeastOne,
  type Case,
  type FamilyCases,
  floats,
  given,
  halves,
  randomFloats,
  unwritten,
} from '../case.ts';
import { throughPool } from '../layers/max-pool.ts';
import { poolOf, pooledBytes } from '../layers/max-pool.cases.ts';
import { rectified } from '../layers/relu.ts';
import {
  ceil4,
  type FamilyReference,
  finished,
  placeOf,
  sizes,
  storedThroughPool,
  sumOver,
} from '../reference.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { matmul, matmulFamily } from './matmul.ts';

export const matmulReference = {
  /** c[m, n] = bias[m] + Σ_k a[k, m] · b[k, n] */
  variants: {
    measured: true,
    results: {
      c: (operands) => {
        const { DEPTH, A_PITCH } = sizes(operands, 'DEPTH', 'A_PITCH');
        const [a, bias, b] = [operands.values('a'), operands.values('bias'), operands.values('b')];
        const pitch = operands.length('b') / DEPTH;
        return storedThroughPool(operands, pitch, (index) => {
          const [m, n] = placeOf(index, pitch);
          const sum = bias(m) + sumOver(DEPTH, (k) => a(k * 4 * A_PITCH + m) * b(k * pitch + n));
          return finished(operands, sum);
        });
      },
    },
  },
} satisfies FamilyReference;

export type NamedMatmulShape = readonly [name: string, shape: MatmulShape];

const named = (shape: MatmulShape): NamedMatmulShape => {
  const { rows, columns, depth } = shape;
  return [`${String(rows)} × ${String(columns)} over ${String(depth)}`, shape];
};

export const matmulShapes: readonly NamedMatmulShape[] = [
  named({ rows: 1, columns: 4, depth: 1 }),
  named({ rows: 10, columns: 40, depth: 17 }),
  named({ rows: 3, columns: 37, depth: 5 }),
  named({ rows: 50, columns: 10, depth: 64 }),
  named({ rows: 20, columns: 300, depth: 3 }),
  named({ rows: 130, columns: 8, depth: 33 }),
  named({ rows: 150, columns: 1, depth: 40, images: 1 }),
  named({ rows: 3, columns: 1, depth: 7, images: 1 }),
  named({ rows: 37, columns: 2, depth: 24, images: 2 }),
];

export const rectifiedMatmulShapes: readonly NamedMatmulShape[] = [
  named({ rows: 21, columns: 8, depth: 9 }),
  named({ rows: 6, columns: 1, depth: 33, images: 1 }),
];

function operandsOf({ rows, columns, depth, images = 4, packed = false }: MatmulShape) {
  const pitch = Math.ceil(columns / images) * images;
  const a = depth * ceil4(rows);
  return {
    a: packed ? halves(a) : floats(a),
    bias: floats(ceil4(rows)),
    b: floats(depth * pitch),
    c: unwritten(rows * pitch),
  };
}

const caseOf = ([name, shape]: NamedMatmulShape): Case => ({
  name,
  launch: (target, variant) => matmul(shape, target, variant),
  operands: operandsOf(shape),
});

const halvesOf = ([name, shape]: NamedMatmulShape): Case =>
  caseOf([`${name}, of halves`, { ...shape, packed: true }]);

/** What is positive is stored, and NaN, which the bias gives to the first row. */
const rectifiedOf = ([name, shape]: NamedMatmulShape): Case => {
  const bias = randomFloats(ceil4(shape.rows), 1);
  bias[0] = NaN;
  return {
    name: `${name}, rectified`,
    launch: (target, variant) => rectified(matmul(shape, target, variant)),
    operands: { ...operandsOf(shape), bias: given(bias) },
  };
};

/** Rows that are the pixels of a pool's output, 2 × 3 for each channel. */
const throughPoolOf = ([name, shape]: NamedMatmulShape): Case => {
  const pool = poolOf(shape.rows / 6, [2, 3], Math.max(shape.columns, shape.images ?? 4));
  return {
    name: `${name}, through a pool`,
    launch: (target, variant) => throughPool(matmul(shape, target, variant), pool),
    operands: {
      ...operandsOf(shape),
      c: unwritten(4 * shape.rows * pool.batch),
      argmax: pooledBytes(pool),
    },
  };
};

const pooledMatmulShapes: readonly NamedMatmulShape[] = [
  named({ rows: 30, columns: 12, depth: 9 }),
  named({ rows: 6, columns: 1, depth: 33, images: 1 }),
];

const matmulCases: FamilyCases<typeof matmulFamily> = {
  family: matmulFamily,
  reference: matmulReference,
  cases: {
    variants: atLeastOne([
      ...matmulShapes.map(caseOf),
      ...matmulShapes.map(halvesOf),
      ...rectifiedMatmulShapes.map(rectifiedOf),
      ...pooledMatmulShapes.map(throughPoolOf),
    ]),
  },
};

export default matmulCases;
