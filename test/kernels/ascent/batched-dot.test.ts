import { expect, test } from 'vitest';
import { productParts, batchedDot } from '../../../src/kernels/ascent/batched-dot.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

test.each([
  [1, 4],
  [255, 12],
  [256, 4],
  [10_001, 8],
])('inner products of %i values in %i slots', async (values, batch) => {
  const gpu = await openTestGpu();
  const [a, b] = [randomValues(values * batch, 1), randomValues(values * batch, 2)];
  const parts = await runLaunch(gpu, batchedDot(values, batch), { a, b }, productParts * batch);
  const sums = Array.from({ length: batch }, (_, slot) => {
    let sum = 0;
    for (let part = 0; part < productParts; part++) sum += parts[part * batch + slot]!;
    return sum;
  });
  const expected = Array.from({ length: batch }, (_, slot) => {
    let sum = 0;
    for (let value = 0; value < values; value++) sum += a[value * batch + slot]! * b[value * batch + slot]!;
    return sum;
  });
  expectClose(sums, expected, { atol: 1e-3, rtol: 1e-5 });
  expect(new Set(sums).size).toBe(batch);
});
