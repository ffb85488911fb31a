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
  const logOdds = randomValues(classes * children, 6).map((value) => Math.round(8 * value) * 5);
  const confidences = randomValues(classes * children, 7);
  const result = await runKernel(gpu, winners(classes, children), {
    0: logOdds,
    1: confidences,
    2: new Uint32Array(3 * classes).fill(77),
  });
  for (let category = 0; category < classes; category++) {
    const row = [...logOdds.subarray(category * children, (category + 1) * children)];
    const best = Math.max(...row);
    const child = row.indexOf(best);
    const [odds, confidence] = new Float32Array(result[2]!, 12 * category);
    expect([odds, confidence]).toEqual([best, confidences[category * children + child]]);
    expect(new Uint32Array(result[2]!)[3 * category + 2]).toBe(child);
  }
});

test('children that the network is hopelessly unsure of still have a first among them', async () => {
  const gpu = await openTestGpu();
  const result = await runKernel(gpu, winners(2, 5), {
    0: new Float32Array(10).fill(-3e38),
    1: new Float32Array(10),
    2: new Uint32Array(6).fill(9),
  });
  const words = new Uint32Array(result[2]!);
  expect([words[2], words[5]]).toEqual([0, 0]);
});
