import { expect, test } from 'vitest';
import { mixColumns, spectrum } from '../../../src/kernels/ascent/spectrum.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

const mix = [
  [1, 2, 3],
  [-4, 5, 0.5],
  [0.25, -6, 7],
];

async function mixed(
  shape: { readonly channels: number; readonly waves: number; readonly batch: number },
  x: Float32Array<ArrayBuffer>,
  scale: Float32Array<ArrayBuffer>,
  by = mix,
): Promise<Float32Array> {
  const gpu = await openTestGpu();
  const operands = {
    x,
    scale,
    mix_columns: mixColumns(by),
    y: unwrittenFloats(x.length),
  };
  const results = await runKernel(gpu, spectrum(shape), operands);
  return new Float32Array(results.y!);
}

test('with the transposed mix is its own adjoint', async () => {
  const shape = { channels: 3, waves: 21, batch: 4 };
  const [x, v, scale] = [randomValues(252, 5), randomValues(252, 6), randomValues(21, 7)];
  const turned = [0, 1, 2].map((row) => mix.map((channel) => channel[row]!));
  const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const forward = inner(await mixed(shape, x, scale), v);
  const backward = inner(x, await mixed(shape, v, scale, turned));
  expect(Math.abs(forward)).toBeGreaterThan(0.1);
  expect(Math.abs(forward - backward)).toBeLessThan(1e-4 * (1 + Math.abs(forward)));
});
