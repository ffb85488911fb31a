import { expect, test } from 'vitest';
import { copyImprovedParameters, copyImprovedImages } from '../../../src/kernels/ascent/copy-improved.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

const batch = 8;
/** Slots 1, 2 and 7 improved. */
const best = new Float32Array(3 * batch);
best.set([0, 1, 1, 0, 0, 0, 0, 1], batch);
const improved = (slot: number) => best[batch + slot] !== 0;

test.each([1, 50, 196])('pictures of %i words replace the kept ones where they improved', async (words) => {
  const gpu = await openTestGpu();
  const pictures = Uint32Array.from({ length: words * batch }, (_, index) => index + 1000);
  const kept = Uint32Array.from({ length: words * batch }, (_, index) => index);
  const result = await runKernel(gpu, copyImprovedImages(words, batch), { best, current: pictures, kept });
  expect(new Uint32Array(result.kept!)).toEqual(
    kept.map((word, index) => (improved(Math.floor(index / words)) ? pictures[index]! : word)),
  );
});

test('parameters replace the kept ones in the slots that improved', async () => {
  const gpu = await openTestGpu();
  const [current, kept] = [randomValues(33 * batch, 1), randomValues(33 * batch, 2)];
  const result = await runKernel(gpu, copyImprovedParameters(33, batch), {
    best,
    current_values: current,
    kept_values: kept,
  });
  expect(new Float32Array(result.kept_values!)).toEqual(
    kept.map((value, index) => (improved(index % batch) ? current[index]! : value)),
  );
});
