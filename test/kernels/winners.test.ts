import { expect, test } from 'vitest';
import { winners } from '../../src/kernels/winners.ts';
import { openTestGpu, runKernel } from '../gpu.ts';
import { randomValues } from './numbers.ts';

test.each([
  [1, 1],
  [10, 3],
  [10, 64],
  [10, 200],
  [3, 5001],
])('the best of %i classes among %i children, the first of equals', async (classes, children) => {
  const gpu = await openTestGpu();
  // On a coarse grid, so that the maximum is reached several times.
  const confidences = randomValues(classes * children, 6).map((value) => Math.round(8 * Math.abs(value)) / 8);
  const result = await runKernel(gpu, winners(classes, children), {
    0: confidences,
    1: new Uint32Array(2 * classes).fill(77),
  });
  for (let category = 0; category < classes; category++) {
    const row = [...confidences.subarray(category * children, (category + 1) * children)];
    const best = Math.max(...row);
    expect(new Float32Array(result[1]!)[2 * category]).toBe(best);
    expect(new Uint32Array(result[1]!)[2 * category + 1]).toBe(row.indexOf(best));
  }
});

test('children without any confidence still have a first among them', async () => {
  const gpu = await openTestGpu();
  const result = await runKernel(gpu, winners(2, 5), {
    0: new Float32Array(10),
    1: new Uint32Array(4).fill(9),
  });
  expect([...new Uint32Array(result[1]!)]).toEqual([0, 0, 0, 0]);
});
