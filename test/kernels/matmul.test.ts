import { describe, expect, test } from 'vitest';
import { matmul, matmulVariants, type MatmulShape } from '../../src/kernels/matmul.ts';
import { rectified } from '../../src/kernels/relu.ts';
import { openTestGpu, runLaunch } from '../gpu.ts';
import { expectClose, randomRows, randomValues } from './numbers.ts';
import { halfToFloat } from '../../src/formats/half.ts';
import { packHalves } from './halves.ts';
import * as reference from './reference.ts';

const cases: readonly MatmulShape[] = [
  { rows: 1, columns: 4, depth: 1 },
  { rows: 10, columns: 40, depth: 17 },
  { rows: 3, columns: 37, depth: 5 },
  { rows: 50, columns: 10, depth: 64 },
  { rows: 20, columns: 300, depth: 3 },
  { rows: 130, columns: 8, depth: 33 },
  { rows: 150, columns: 1, depth: 40, images: 1 },
  { rows: 3, columns: 1, depth: 7, images: 1 },
  { rows: 37, columns: 2, depth: 24, images: 2 },
];

describe.each(matmulVariants.map(({ name }) => name))('matmul %s', (variant) => {
  test.each(cases)('agrees with plain loops: $rows × $columns over $depth', async (shape) => {
    const gpu = await openTestGpu();
    const { rows, columns, depth } = shape;
    const a = randomRows(depth, rows, 1);
    const bias = randomRows(1, rows, 2);
    const b = shape.images ? randomValues(columns * depth, 3) : randomRows(depth, columns, 3);
    const expected = reference.matmul(shape, a, bias, b);
    const c = await runLaunch(gpu, matmul(shape, gpu, variant), [a, bias, b], expected.length);
    const pitch = expected.length / rows;
    const used = (_: number, index: number): boolean => index % pitch < columns;
    expectClose(c.filter(used), expected.filter(used));
  });

  test.each([
    { rows: 21, columns: 8, depth: 9 },
    { rows: 6, columns: 1, depth: 33, images: 1 as const },
  ])('stores what is positive: $rows × $columns over $depth', async (shape) => {
    const gpu = await openTestGpu();
    const { rows, columns, depth } = shape;
    const operands = [randomRows(depth, rows, 1), randomRows(1, rows, 2), randomValues(columns * depth, 3)];
    const [a, bias, b] = operands;
    const expected = reference.matmul(shape, a!, bias!, b!).map((value) => Math.max(0, value));
    const c = await runLaunch(gpu, rectified(matmul(shape, gpu, variant)), operands, expected.length);
    expect(expected.filter((value) => value === 0).length).toBeGreaterThan(1);
    expectClose(c, expected);
  });
});

const readingHalves = matmulVariants.filter(({ entryPoint }) => entryPoint !== 'quads');

describe.each(readingHalves.map(({ name }) => name))('matmul %s of halves', (variant) => {
  test.each(cases)('agrees with plain loops: $rows × $columns over $depth', async (shape) => {
    const gpu = await openTestGpu();
    const { rows, columns, depth } = shape;
    const halves = packHalves(randomRows(depth, rows, 1));
    const a = Float32Array.from(halves, halfToFloat);
    const bias = randomRows(1, rows, 2);
    const b = shape.images ? randomValues(columns * depth, 3) : randomRows(depth, columns, 3);
    const expected = reference.matmul(shape, a, bias, b);
    const launch = matmul({ ...shape, packed: true }, gpu, variant);
    const stored = new Float32Array(halves.buffer);
    const c = await runLaunch(gpu, launch, [stored, bias, b], expected.length);
    const pitch = expected.length / rows;
    const used = (_: number, index: number): boolean => index % pitch < columns;
    expectClose(c.filter(used), expected.filter(used));
  });
});

test('tiles that read floats alone are not offered for halves', async () => {
  const gpu = await openTestGpu();
  const shape = { rows: 8, columns: 8, depth: 8, packed: true };
  expect(() => matmul(shape, gpu, 'quads12x4s10')).toThrow(/no variant quads12x4s10; there are .*tile/);
});
