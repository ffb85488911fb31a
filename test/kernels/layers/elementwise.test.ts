import { expect, test } from 'vitest';
import { relu, reluInputGradient } from '../../../src/kernels/layers/relu.ts';
import { openTestGpu, runKernel, runLaunch, unwrittenFloats } from '../../gpu.ts';
import { expectClose, expectSame, randomValues } from '../numbers.ts';
import { full } from '../../support/full.ts';

const sizes = [4, 5, 131, 252, 256, 260, 1_000_000];

test.each(sizes)('ReLU of %i values and its gradient', async (count) => {
  const gpu = await openTestGpu();
  const x = randomValues(count, 1);
  x.set([0, -0, 1e-38, -1e-38]);
  const y = await runLaunch(gpu, relu(count), { x }, count);
  expectClose(
    y,
    [...x].map((value) => Math.max(0, value)),
    { atol: 2e-38, rtol: 0 },
  );
  const dy = randomValues(count, 2);
  const result = await runKernel(gpu, reluInputGradient(count), {
    x: y,
    y: unwrittenFloats(count),
    dy,
  });
  const subnormal = 2; // An adapter may take 1e-38 for zero, here as everywhere: WGSL lets it.
  const dx = new Float32Array(result.y!);
  expect([0, dy[subnormal]!]).toContain(dx[subnormal]);
  dx[subnormal] = dy[subnormal]!;
  expectSame(
    dx,
    dy.map((value, index) => (y[index]! > 0 || index === subnormal ? value : 0)),
  );
});

test('ReLU keeps NaN and infinity', async () => {
  const y = await runLaunch(
    await openTestGpu(),
    relu(4),
    { x: Float32Array.of(NaN, Infinity, -Infinity, -1) },
    4,
  );
  expect([...y]).toEqual([NaN, Infinity, 0, 0]);
});

test.runIf(full)('more values than one row of workgroups takes', async () => {
  const gpu = await openTestGpu();
  const count = 65_535 * 64 * 4 + 4;
  const x = new Float32Array(count);
  x.set([1, -1, 2, -2], count - 4);
  const y = await runLaunch(gpu, relu(count), { x }, count);
  expect([...y.subarray(count - 4)]).toEqual([1, 0, 2, 0]);
  expect(y.findIndex((value) => Number.isNaN(value))).toBe(-1);
});
