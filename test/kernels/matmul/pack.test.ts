import { expect, test } from 'vitest';
import { halfToFloat } from '../../../src/formats/half.ts';
import { pack } from '../../../src/kernels/matmul/pack.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

test('floats become the nearest halves, up to the last bit of a half', async () => {
  const gpu = await openTestGpu();
  const x = randomValues(400, 1).map((value, index) => value * 2 ** ((index % 30) - 15));
  const words = await runLaunch(gpu, pack(400), { x }, 200);
  const halves = new Uint16Array(words.buffer, 0, 400);
  for (const [index, half] of halves.entries()) {
    // WGSL leaves the direction of rounding open, and lets subnormal halves become zero.
    const error = Math.abs(halfToFloat(half) - x[index]!);
    expect(error).toBeLessThanOrEqual(Math.max(Math.abs(x[index]!) * 2 ** -10, 2 ** -14));
  }
});
