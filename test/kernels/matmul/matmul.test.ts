import { expect, test } from 'vitest';
import { matmul } from '../../../src/kernels/matmul/matmul.ts';
import { matmulVariants } from '../../../src/kernels/matmul/matmul-variants.ts';
import { rectified } from '../../../src/kernels/layers/relu.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { namedPairs, ofEveryKind } from '../covering-pairs.ts';
import { matmulCase, matmulMatrix } from './matmul-cases.ts';
import { expectClose, expectRectified, randomRows, randomValues } from '../numbers.ts';
import { halfToFloat } from '../../../src/formats/half.ts';
import { packHalves } from '../halves.ts';
import * as reference from '../reference.ts';

test.each(namedPairs(matmulMatrix(matmulVariants)))(
  'matmul %s agrees with plain loops: %s',
  async (variant, _, [, shape]) => {
    const gpu = await openTestGpu();
    const { rows, columns, depth } = shape;
    const a = randomRows(depth, rows, 1);
    const bias = randomRows(1, rows, 2);
    const b = shape.images ? randomValues(columns * depth, 3) : randomRows(depth, columns, 3);
    const expected = reference.matmul(shape, a, bias, b);
    const c = await runLaunch(gpu, matmul(shape, gpu, variant), { a, bias, b }, expected.length);
    const pitch = expected.length / rows;
    const used = (_: number, index: number): boolean => index % pitch < columns;
    expectClose(c.filter(used), expected.filter(used));
  },
);

/** Storing is the same for all variants of a kind. */
const rectifiedCases = [
  matmulCase({ rows: 21, columns: 8, depth: 9 }),
  matmulCase({ rows: 6, columns: 1, depth: 33, images: 1 }),
];

test.each(namedPairs({ ...ofEveryKind(matmulMatrix(matmulVariants)), shapes: rectifiedCases, edges: [] }))(
  'matmul %s stores what is positive, and NaN: %s',
  async (variant, _, [, shape]) => {
    const gpu = await openTestGpu();
    const { rows, columns, depth } = shape;
    const a = randomRows(depth, rows, 1);
    const bias = randomRows(1, rows, 2);
    const b = randomValues(columns * depth, 3);
    bias[0] = NaN;
    const expected = reference.matmul(shape, a, bias, b);
    const c = await runLaunch(gpu, rectified(matmul(shape, gpu, variant)), { a, bias, b }, expected.length);
    expect(expected.filter((value) => value < 0).length).toBeGreaterThan(1);
    expectRectified(c, expected);
  },
);

/** Loading halves is the same for all variants of a kind. */
const readingHalves = matmulVariants.filter(({ entryPoint }) => entryPoint !== 'quads');

test.each(namedPairs({ ...ofEveryKind(matmulMatrix(readingHalves)), edges: [] }))(
  'matmul %s of halves agrees with plain loops: %s',
  async (variant, _, [, shape]) => {
    const gpu = await openTestGpu();
    const { rows, columns, depth } = shape;
    const halves = packHalves(randomRows(depth, rows, 1));
    const a = Float32Array.from(halves, halfToFloat);
    const bias = randomRows(1, rows, 2);
    const b = shape.images ? randomValues(columns * depth, 3) : randomRows(depth, columns, 3);
    const expected = reference.matmul(shape, a, bias, b);
    const launch = matmul({ ...shape, packed: true }, gpu, variant);
    const stored = new Float32Array(halves.buffer);
    const c = await runLaunch(gpu, launch, { a: stored, bias, b }, expected.length);
    const pitch = expected.length / rows;
    const used = (_: number, index: number): boolean => index % pitch < columns;
    expectClose(c.filter(used), expected.filter(used));
  },
);

test('tiles that read floats alone are not offered for halves', async () => {
  const gpu = await openTestGpu();
  const shape = { rows: 8, columns: 8, depth: 8, packed: true };
  expect(() => matmul(shape, gpu, 'quads12x4s10')).toThrow(/no variant quads12x4s10; there are .*tile/);
});
