import { expect, test } from 'vitest';
import { mixColumns, spectrum } from '../../../src/kernels/ascent/spectrum.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

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

test.each([
  [3, 5 * 7, 4],
  [3, 64, 12],
  [2, 9, 8],
  [1, 35, 12],
])(
  'scales every wave and mixes the channels: %i channels, %i waves, batch %i',
  async (channels, waves, batch) => {
    const x = randomValues(channels * waves * batch, 3);
    const scale = randomValues(waves, 4);
    const reference = Float64Array.from(x, (_, at) => {
      const [d, wave, slot] = [Math.floor(at / (waves * batch)), Math.floor(at / batch) % waves, at % batch];
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += mix[d]![c]! * x[(c * waves + wave) * batch + slot]!;
      return scale[wave]! * sum;
    });
    expectClose(await mixed({ channels, waves, batch }, x, scale), reference);
  },
);

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
