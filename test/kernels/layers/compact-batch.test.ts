import { expect, test } from 'vitest';
import { giveImages, takeImages } from '../../../src/kernels/layers/compact-batch.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

test.each([
  [1, 1],
  [64, 1],
  [1001, 1],
  [3, 2],
  [1000, 2],
] as const)('%i values of the first of four slots, and back: images %i', async (values, images) => {
  const gpu = await openTestGpu();
  const slots = randomValues(4 * values, 1);
  const first = slots.filter((_, index) => index % 4 < images);
  const operands = { padded: slots, images: unwrittenFloats(values * images) };
  const taken = await runKernel(gpu, takeImages(values, images), operands);
  expect(new Float32Array(taken.images!).subarray(0, first.length)).toEqual(first);
  const given = await runKernel(gpu, giveImages(values, images), {
    padded: unwrittenFloats(4 * values),
    images: first,
  });
  expect(new Float32Array(given.padded!)).toEqual(
    slots.map((value, index) => (index % 4 < images ? value : 0)),
  );
});
