import { expect, test } from 'vitest';
import { giveImage, takeImage } from '../../src/kernels/single-image.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../gpu.ts';
import { randomValues } from './numbers.ts';

test.each([1, 63, 64, 1000])('the first of four slots, and back: %i values', async (values) => {
  const gpu = await openTestGpu();
  const slots = randomValues(4 * values, 1);
  const first = slots.filter((_, index) => index % 4 === 0);
  const taken = await runKernel(gpu, takeImage(values), { 0: slots, 1: unwrittenFloats(values) });
  expect(new Float32Array(taken[1]!).subarray(0, values)).toEqual(first);
  const given = await runKernel(gpu, giveImage(values), { 0: unwrittenFloats(4 * values), 1: first });
  expect(new Float32Array(given[0]!)).toEqual(slots.map((value, index) => (index % 4 === 0 ? value : 0)));
});
