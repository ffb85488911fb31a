import { expect, test } from 'vitest';
import { noise, type NoiseShape } from '../../../src/kernels/ascent/noise.ts';
import { RandomStream, threefry2x32 } from '../../../src/random/threefry.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { expectClose } from '../numbers.ts';

const keyOf = (start: number): readonly [number, number] => RandomStream.of(9, start).key;
const keysOf = (batch: number) => Array.from({ length: batch }, (_, slot) => keyOf(slot));

async function drawn(shape: NoiseShape, keys: readonly (readonly [number, number])[]): Promise<Float32Array> {
  const operands = { keys: Uint32Array.from(keys.flat()), x: unwrittenFloats(shape.values * shape.batch) };
  return new Float32Array((await runKernel(await openTestGpu(), noise(shape), operands)).x!);
}

/** The upper 24 bits of both words of a value, as numbers in [0, 1). */
function uniforms(key: readonly [number, number], value: number): [number, number] {
  const [x, y] = threefry2x32(key, [value, 0]);
  return [(x >>> 8) / 2 ** 24, (y >>> 8) / 2 ** 24];
}

const sizes = [
  { values: 1, batch: 4, size: 1 },
  { values: 105, batch: 12, size: 30.5 },
];

test.each(sizes)('uniform noise is the generator’s numbers, bit for bit: %j', async (shape) => {
  const keys = keysOf(shape.batch);
  const expected = Float32Array.from({ length: shape.values * shape.batch }, (_, index) => {
    const [u] = uniforms(keys[index % shape.batch]!, Math.floor(index / shape.batch));
    return shape.size * (2 * u - 1);
  });
  expect(await drawn({ ...shape, kind: 'uniform' }, keys)).toEqual(expected);
});

test.each(sizes)('Gaussian noise is made of the same numbers as in doubles: %j', async (shape) => {
  const keys = keysOf(shape.batch);
  const expected = Float64Array.from({ length: shape.values * shape.batch }, (_, index) => {
    const [u, v] = uniforms(keys[index % shape.batch]!, Math.floor(index / shape.batch));
    return shape.size * Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(Math.PI * (2 * v - 1));
  });
  // WGSL allows a cosine to be off by 2^−11, which the radius of rare values multiplies by up to 5.8.
  const tolerance = { atol: 3e-3 * shape.size, rtol: 1e-5 };
  expectClose(await drawn({ ...shape, kind: 'gaussian' }, keys), expected, tolerance);
});

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
  'a slot’s %s noise follows from its key, wherever it lies in whatever batch',
  async (kind) => {
    const values = 50;
    const many = await drawn({ values, batch: 12, kind, size: 2 }, keysOf(12));
    const few = await drawn({ values, batch: 4, kind, size: 2 }, [7, 0, 3, 7].map(keyOf));
    const slotOf = (noisy: Float32Array, batch: number, slot: number) =>
      noisy.filter((_, index) => index % batch === slot);
    for (const [slot, start] of [7, 0, 3, 7].entries())
      expect(slotOf(few, 4, slot)).toEqual(slotOf(many, 12, start));
    expect(slotOf(many, 12, 7)).not.toEqual(slotOf(many, 12, 8));
  },
);

test('no value is infinite or no number, however many are drawn', async () => {
  const noisy = await drawn({ values: 100_000, batch: 4, kind: 'gaussian', size: 1 }, keysOf(4));
  expect(noisy.every((value) => Math.abs(value) < 5.8)).toBe(true);
});
