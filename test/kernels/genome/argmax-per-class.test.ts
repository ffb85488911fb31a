import { expect, test } from 'vitest';
import { noChild, argmaxPerClass } from '../../../src/kernels/genome/argmax-per-class.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

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
  const result = await runKernel(gpu, argmaxPerClass(classes, children), {
    log_odds: logOdds,
    confidence: confidences,
    winners: new Uint32Array(4 * classes).fill(77),
  });
  for (let category = 0; category < classes; category++) {
    const row = [...logOdds.subarray(category * children, (category + 1) * children)];
    const best = Math.max(...row);
    const child = row.indexOf(best);
    const [odds, confidence] = new Float32Array(result.winners!, 16 * category);
    expect([odds, confidence]).toEqual([best, confidences[category * children + child]]);
    expect([...new Uint32Array(result.winners!).subarray(4 * category + 2, 4 * category + 4)]).toEqual([
      child,
      noChild,
    ]);
  }
});

test('children that the network is hopelessly unsure of still have a first among them', async () => {
  const gpu = await openTestGpu();
  const result = await runKernel(gpu, argmaxPerClass(2, 5), {
    log_odds: new Float32Array(10).fill(-3e38),
    confidence: new Float32Array(10),
    winners: new Uint32Array(8).fill(9),
  });
  const words = new Uint32Array(result.winners!);
  expect([words[2], words[6]]).toEqual([0, 0]);
});

test('the first child whose log-odds are not finite is told, and wins nothing', async () => {
  const gpu = await openTestGpu();
  const children = 200;
  const odds = randomValues(3 * children, 5);
  odds[50] = NaN;
  odds[120] = NaN;
  odds[children + 3] = Infinity;
  odds[children + 130] = -Infinity;
  const result = await runKernel(gpu, argmaxPerClass(3, children), {
    log_odds: odds,
    confidence: new Float32Array(3 * children),
    winners: new Uint32Array(12),
  });
  const words = new Uint32Array(result.winners!);
  expect([words[3], words[7], words[11]]).toEqual([50, 3, noChild]);
  for (let category = 0; category < 2; category++) {
    const row = [...odds.subarray(category * children, (category + 1) * children)];
    const finite = row.map((value) => (Number.isFinite(value) ? value : -Infinity));
    expect(words[4 * category + 2]).toBe(finite.indexOf(Math.max(...finite)));
  }
});
