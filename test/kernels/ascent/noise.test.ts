import { expect, test } from 'vitest';
import { noise, type NoiseShape } from '../../../src/kernels/ascent/noise.ts';
import { RandomStream } from '../../../src/random/threefry.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';

const keyOf = (start: number): readonly [number, number] => RandomStream.of(9, start).key;
const keysOf = (batch: number) => Array.from({ length: batch }, (_, image) => keyOf(image));

async function drawn(shape: NoiseShape, keys: readonly (readonly [number, number])[]): Promise<Float32Array> {
  const operands = { keys: Uint32Array.from(keys.flat()), x: unwrittenFloats(shape.values * shape.batch) };
  return new Float32Array((await runKernel(await openTestGpu(), noise(shape), operands)).x!);
}

test('the moments are those of the two distributions', async () => {
  const [values, batch, size] = [20_000, 4, 3];
  const count = values * batch;
  for (const [kind, variance, fourth] of [
    ['gaussian', 9, 3 * 81],
    ['uniform', 3, 81 / 5],
  ] as const) {
    const noisy = await drawn({ values, batch, kind, size }, keysOf(batch));
    const moment = (power: number) => noisy.reduce((sum, value) => sum + value ** power, 0) / count;
    // Four standard errors of each.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(variance / count));
    expect(Math.abs(moment(2) - variance)).toBeLessThan(4 * Math.sqrt((fourth - variance ** 2) / count));
    expect(Math.abs(moment(4) / fourth - 1)).toBeLessThan(0.06);
  }
});

test.each(['gaussian', 'uniform'] as const)(
  'an image’s %s noise follows from its key, wherever it lies in whatever batch',
  async (kind) => {
    const values = 50;
    const many = await drawn({ values, batch: 12, kind, size: 2 }, keysOf(12));
    const few = await drawn({ values, batch: 4, kind, size: 2 }, [7, 0, 3, 7].map(keyOf));
    const imageOf = (noisy: Float32Array, batch: number, image: number) =>
      noisy.filter((_, index) => index % batch === image);
    for (const [image, start] of [7, 0, 3, 7].entries())
      expect(imageOf(few, 4, image)).toEqual(imageOf(many, 12, start));
    expect(imageOf(many, 12, 7)).not.toEqual(imageOf(many, 12, 8));
  },
);

test('no value is infinite or no number, however many are drawn', async () => {
  const noisy = await drawn({ values: 100_000, batch: 4, kind: 'gaussian', size: 1 }, keysOf(4));
  expect(noisy.every((value) => Math.abs(value) < 5.8)).toBe(true);
});
