/** The pairs of variants and shapes that `npm test` runs cover what there is. */
import { describe, expect, test } from 'vitest';
import { conv2dWeightGradientVariants } from '../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import { conv2dVariants } from '../../src/kernels/conv2d/conv2d-variants.ts';
import { matmulVariants } from '../../src/kernels/matmul/matmul-variants.ts';
import { convMatrix, weightGradientMatrix } from './conv2d/conv-matrix.ts';
import { allPairs, coveringPairs, fastestOfKinds, type Matrix } from './covering-pairs.ts';
import { matmulMatrix } from './matmul/matmul-matrix.ts';

const anonymous = <Variant, Shape>(matrix: Matrix<Variant, Shape>) => matrix as Matrix<unknown, unknown>;

describe.each([
  ['conv2d', anonymous(convMatrix(conv2dVariants))],
  ['conv2d-weight-gradient', anonymous(weightGradientMatrix(conv2dWeightGradientVariants))],
  ['matmul', anonymous(matmulMatrix(matmulVariants))],
])('of %s', (_, matrix) => {
  const { variants, shapes, edges } = matrix;
  const taken = coveringPairs(matrix);

  test('every variant runs, and every shape is run', () => {
    for (const variant of variants) expect(taken.some(([one]) => one === variant)).toBe(true);
    for (const shape of shapes) expect(taken.some(([, one]) => one === shape)).toBe(true);
  });

  test('the fastest of every kind meet every edge that any shape is for them, and every edge is met', () => {
    for (const { name, met } of edges) {
      expect(
        taken.some(([variant, shape]) => met(variant, shape)),
        name,
      ).toBe(true);
      for (const variant of fastestOfKinds(matrix)) {
        const [possible, done] = [allPairs(matrix), taken].map((pairs) =>
          pairs.some(([one, shape]) => one === variant && met(variant, shape)),
        );
        expect(done, name).toBe(possible);
      }
    }
  });

  test('none is run twice, and fewer than two thirds of all', () => {
    const places = taken.map(([variant, shape]) => variants.indexOf(variant) * 1000 + shapes.indexOf(shape));
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    expect(taken.length).toBeLessThan((2 / 3) * variants.length * shapes.length);
  });
});
