import { expect, test } from 'vitest';
import { dropout } from '../../../src/kernels/layers/dropout.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';

const values = 4000;
const key = [12345, 678] as const;

async function drop(x: Float32Array<ArrayBuffer>, rate: number, layer: number): Promise<Float32Array> {
  const gpu = await openTestGpu();
  const operands = { x, y: unwrittenFloats(values), key: Uint32Array.of(...key, 0, 0) };
  const results = await runKernel(gpu, dropout({ values, rate, layer }), operands);
  return new Float32Array(results.y!);
}

test('keeps the share that it should, another one in every layer', async () => {
  const ones = new Float32Array(values).fill(1);
  const [one, other] = [await drop(ones, 0.25, 0), await drop(ones, 0.25, 1)];
  const kept = one.filter((value) => value > 0).length / values;
  expect(Math.abs(kept - 0.75)).toBeLessThan(0.03);
  expect(one).not.toEqual(other);
});
