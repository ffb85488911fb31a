import { expect, test } from 'vitest';
import { quantise, type QuantiseShape } from '../../../src/kernels/image/quantise.ts';
import { imageWords } from '../../../src/image/image-layout.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';

/** Padding is written too, so the result starts out as anything but zero. */
const unwrittenBytes = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(0xab);

async function draw(
  shape: QuantiseShape,
  x: Float32Array<ArrayBuffer>,
  mean: Float32Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const bytes = shape.batch * imageWords([shape.channels, shape.height, shape.width]) * 4;
  const operands = { x, mean, images: unwrittenBytes(bytes) };
  return new Uint8Array((await runKernel(await openTestGpu(), quantise(shape), operands)).images!);
}

test('halves are rounded up, and what lies outside a byte becomes its least or its most', async () => {
  const shape = { channels: 1, height: 2, width: 5, batch: 4, reverseChannels: false };
  const values = [-1e9, -0.5, 0, 0.4921875, 0.5, 1.5, 2.5, 254.5, 255.25, 1e9];
  const x = Float32Array.from({ length: 40 }, (_, index) => values[Math.floor(index / 4)]! - 7);
  const drawn = await draw(shape, x, new Float32Array(10).fill(7));
  expect([...drawn.subarray(0, 12)]).toEqual([0, 0, 0, 0, 1, 2, 3, 255, 255, 255, 0, 0]);
});
