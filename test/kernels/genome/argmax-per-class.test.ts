import { expect, test } from 'vitest';
import { noChild, argmaxPerClass } from '../../../src/kernels/genome/argmax-per-class.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

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
