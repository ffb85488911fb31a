import { expect, test } from 'vitest';
import { blur, gaussianWeights, type BlurShape } from '../../../src/kernels/ascent/blur.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

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

/** The image laid out with its mirror image behind it, again and again: place 0 is the first of `side` values. */
function reflected(place: number, side: number): number {
  const row = [...Array(side).keys()];
  const period = [...row, ...row.toReversed()];
  return period.at(place % period.length)!;
}

test.each(cases)(
  'mixes each pixel with its neighbours by a Gaussian, mirrored at the edge: %j',
  async (shape) => {
    const { channels, height, width, batch, radius, along } = shape;
    const image = randomValues(channels * height * width * batch, 3);
    const at = (c: number, y: number, x: number, slot: number) =>
      ((c * height + y) * width + x) * batch + slot;
    const expected = new Float64Array(image.length);
    const reach = Math.max(1, Math.ceil(4 * radius));
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let slot = 0; slot < batch; slot++) {
            let [sum, total] = [0, 0];
            for (let tap = -reach; tap <= reach; tap++) {
              const weight = Math.exp(-(tap ** 2) / (2 * radius ** 2));
              const [row, column] =
                along === 'rows' ? [y, reflected(x + tap, width)] : [reflected(y + tap, height), x];
              sum += weight * image[at(c, row, column, slot)]!;
              total += weight;
            }
            expected[at(c, y, x, slot)] = sum / total;
          }
    expectClose(await blurred(shape, image), expected);
  },
);

test.each(cases)('leaves an even image as it is: %j', async (shape) => {
  const image = new Float32Array(shape.channels * shape.height * shape.width * shape.batch).fill(-37.5);
  expectClose(await blurred(shape, image), image, { atol: 0, rtol: 1e-6 });
});

test('reaches four standard deviations, and always the next pixel', () => {
  expect([0.1, 0.25, 0.3, 1, 3].map((radius) => gaussianWeights(radius).length)).toEqual([3, 3, 5, 9, 25]);
  expect(() => gaussianWeights(0)).toThrow(RangeError);
  expect(() => gaussianWeights(NaN)).toThrow(RangeError);
});
