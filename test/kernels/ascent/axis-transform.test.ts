import { expect, test } from 'vitest';
import { axisTransform, basisRows } from '../../../src/kernels/ascent/axis-transform.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

test.each([
  ['the first axis', 1, 7, 20],
  ['the last axis but the batch', 15, 9, 4],
  ['an axis in between', 3, 8, 36],
  ['an axis of one point', 5, 1, 12],
  ['more columns than a workgroup has', 2, 28, 4 * 300],
  ['more points than a tile has', 6, 45, 12],
])('changes the basis along %s', async (_, outer, size, inner) => {
  const gpu = await openTestGpu();
  const x = randomValues(outer * size * inner, 1);
  const basis = Float64Array.from(randomValues(size * size, 2));
  const reference = new Float64Array(x.length);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < size; j++) {
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += basis[k * size + j]! * x[(o * size + k) * inner + i]!;
        reference[(o * size + j) * inner + i] = sum;
      }
    }
  }
  const operands = { x, basis: basisRows(basis, size), y: unwrittenFloats(x.length) };
  const results = await runKernel(gpu, axisTransform({ outer, size, inner }), operands);
  expectClose(new Float32Array(results.y!), reference);
});

test('states the work of a whole picture', () => {
  const { flops } = axisTransform({ outer: 3, size: 256, inner: 256 * 4 });
  expect(flops).toBe(2 * 3 * 256 * 256 * 256 * 4);
});
