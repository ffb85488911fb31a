import { expect, test } from 'vitest';
import { poolShape } from '../../../src/kernels/layers/max-pool.cases.ts';
import { maxPool, type PoolShape } from '../../../src/kernels/layers/max-pool.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

const cases = [
  ['one pixel', poolShape(1, [1, 1], 1, 1, Math.floor, 4)],
  ['2 × 2 without overlap, as in LeNet', poolShape(3, [6, 8], 2, 2, Math.ceil, 40)],
  ['3 × 3 overlapping, as in AlexNet', poolShape(2, [7, 9], 3, 2, Math.floor, 8)],
  ['the last window clipped', poolShape(2, [8, 5], 3, 2, Math.ceil, 12)],
  ['side by side, the last window clipped', poolShape(3, [7, 9], 2, 2, Math.ceil, 8)],
  ['side by side, a row left out', poolShape(3, [7, 9], 2, 2, Math.floor, 8)],
  ['gaps between the windows', poolShape(2, [9, 9], 2, 4, Math.floor, 4)],
  ['two images', poolShape(3, [8, 5], 3, 2, Math.ceil, 2)],
  ['two images, windows side by side', poolShape(3, [7, 9], 2, 2, Math.ceil, 2)],
  ['a single image', poolShape(3, [8, 5], 3, 2, Math.ceil, 1)],
  ['the largest window', poolShape(1, [16, 17], 16, 1, Math.floor, 4)],
] as const;

/** Calls back with the index of x and of y for every value of every window, in the order rows, then columns. */
function everyWindow(
  shape: PoolShape,
  visit: (x: number, y: number, place: number, first: boolean) => void,
): void {
  const { channels, inHeight, inWidth, outHeight, outWidth, size, stride, batch } = shape;
  for (let c = 0; c < channels; c++)
    for (let r = 0; r < outHeight; r++)
      for (let k = 0; k < outWidth; k++)
        for (let n = 0; n < batch; n++) {
          const y = ((c * outHeight + r) * outWidth + k) * batch + n;
          for (let a = 0; a < size; a++)
            for (let b = 0; b < size; b++) {
              const row = r * stride + a;
              const column = k * stride + b;
              if (row >= inHeight || column >= inWidth) continue;
              visit(((c * inHeight + row) * inWidth + column) * batch + n, y, a * size + b, a + b === 0);
            }
        }
}

test.each(cases)('a window with a NaN has no other maximum: %s', async (_, shape) => {
  const gpu = await openTestGpu();
  const x = randomValues(shape.channels * shape.inHeight * shape.inWidth * shape.batch, 3);
  for (let index = 0; index < x.length; index += 13) x[index] = NaN;
  const y = new Float32Array(shape.channels * shape.outHeight * shape.outWidth * shape.batch).fill(-Infinity);
  everyWindow(shape, (from, to) => {
    y[to] = Math.max(y[to]!, x[from]!);
  });
  const forward = await runKernel(gpu, maxPool(shape), {
    x,
    y: unwrittenFloats(y.length),
    argmax: new Uint32Array(y.length),
  });
  expect(new Float32Array(forward.y!)).toEqual(y);
});

test('a window whose places do not fit in a byte is refused', () => {
  expect(() => maxPool(poolShape(1, [20, 20], 17, 1, Math.floor, 4))).toThrow(/17 is larger than 16/);
});
