import { expect, test } from 'vitest';
import {
  adaptiveAveragePool,
  adaptiveAveragePoolInputGradient,
  type AdaptivePoolShape,
} from '../../../src/kernels/layers/adaptive-average-pool.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

const shape = (
  channels: number,
  [inHeight, inWidth]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  batch = 4,
): AdaptivePoolShape => ({ channels, inHeight, inWidth, outHeight, outWidth, batch });

const cases = [
  ['windows side by side', shape(3, [12, 6], [6, 3], 8)],
  ['windows that overlap', shape(2, [7, 9], [6, 4])],
  ['the same size', shape(2, [6, 6], [6, 6], 12)],
  ['larger than the input', shape(3, [2, 3], [6, 6])],
  ['two images', shape(2, [7, 9], [6, 4], 2)],
  ['a single image', shape(3, [7, 9], [6, 4], 1)],
  ['one value per channel', shape(5, [5, 4], [1, 1])],
] as const;

/** Calls back for every value of every window, by PyTorch's rule. */
function everyWindow(
  { channels, inHeight, inWidth, outHeight, outWidth, batch }: AdaptivePoolShape,
  visit: (x: number, y: number, size: number) => void,
): void {
  const span = (window: number, inside: number, out: number) => [
    Math.floor((window * inside) / out),
    Math.ceil(((window + 1) * inside) / out),
  ];
  for (let c = 0; c < channels; c++)
    for (let r = 0; r < outHeight; r++)
      for (let k = 0; k < outWidth; k++) {
        const [top, bottom] = span(r, inHeight, outHeight) as [number, number];
        const [left, right] = span(k, inWidth, outWidth) as [number, number];
        for (let i = top; i < bottom; i++)
          for (let j = left; j < right; j++)
            for (let n = 0; n < batch; n++) {
              const x = ((c * inHeight + i) * inWidth + j) * batch + n;
              visit(x, ((c * outHeight + r) * outWidth + k) * batch + n, (bottom - top) * (right - left));
            }
      }
}

test.each(cases)('means over windows, and the way back: %s', async (_, size) => {
  const gpu = await openTestGpu();
  const inputs = size.channels * size.inHeight * size.inWidth * size.batch;
  const outputs = size.channels * size.outHeight * size.outWidth * size.batch;
  const x = randomValues(inputs, 1);
  const y = new Float64Array(outputs);
  everyWindow(size, (from, to, area) => (y[to]! += x[from]! / area));
  expectClose(await runLaunch(gpu, adaptiveAveragePool(size), { x }, outputs), y);

  const dy = randomValues(outputs, 2);
  const dx = new Float64Array(inputs);
  everyWindow(size, (to, from, area) => (dx[to]! += dy[from]! / area));
  expectClose(await runLaunch(gpu, adaptiveAveragePoolInputGradient(size), { x: dy }, inputs), dx);
  expect(dx.every(Number.isFinite)).toBe(true);
});
