import { expect, test } from 'vitest';
import { blur, gaussianWeights, type BlurShape } from '../../../src/kernels/ascent/blur.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { expectClose } from '../numbers.ts';

const shapes = [
  { channels: 1, height: 9, width: 7, batch: 4 },
  { channels: 3, height: 5, width: 30, batch: 12 },
  { channels: 2, height: 1, width: 2, batch: 4 },
];
const cases = shapes.flatMap((shape) =>
  [0.3, 1, 3].flatMap((radius) =>
    (['rows', 'columns'] as const).map((along) => ({ ...shape, radius, along })),
  ),
);

async function blurred(
  { radius, ...shape }: Omit<BlurShape, 'reach'> & { readonly radius: number },
  image: Float32Array<ArrayBuffer>,
): Promise<Float32Array> {
  const weights = gaussianWeights(radius);
  const launch = blur({ ...shape, reach: (weights.length - 1) / 2 });
  return runLaunch(await openTestGpu(), launch, { sharp: image, weights }, image.length);
}

test.each([0.3, 1, 3])('weights are those of a Gaussian of deviation %d', (radius) => {
  const weights = gaussianWeights(radius);
  const reach = (weights.length - 1) / 2;
  const bell = Array.from(weights, (_, tap) => Math.exp(-((tap - reach) ** 2) / (2 * radius ** 2)));
  const sum = bell.reduce((total, weight) => total + weight, 0);
  expectClose(
    weights,
    bell.map((weight) => weight / sum),
  );
});

test.each(cases)('leaves an even image as it is: %j', async (shape) => {
  const image = new Float32Array(shape.channels * shape.height * shape.width * shape.batch).fill(-37.5);
  expectClose(await blurred(shape, image), image, { atol: 0, rtol: 1e-6 });
});

test('reaches four standard deviations, and always the next pixel', () => {
  expect([0.1, 0.25, 0.3, 1, 3].map((radius) => gaussianWeights(radius).length)).toEqual([3, 3, 5, 9, 25]);
  expect(() => gaussianWeights(0)).toThrow(RangeError);
  expect(() => gaussianWeights(NaN)).toThrow(RangeError);
});
