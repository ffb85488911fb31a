import { describe, expect, it } from 'vitest';
import {
  betterPreprocessing,
  checkImages,
  knownRanks,
  type Change,
  type KnownImage,
} from '../../src/weights/known-images.ts';
import type { Model } from '../../src/model/model.ts';
import { flatMean, type Preprocessing } from '../../src/model/preprocessing.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';

const image = [3, 4, 4] as const;

/** One dense layer: the weight of class c for channel d, the same at every pixel. */
function modelOf(weights: number[][], bias: number[], preprocessing: Partial<Preprocessing>): Model {
  const classes = weights.length;
  const data = Float32Array.from({ length: classes * 48 }, (_, index) => {
    return weights[Math.floor(index / 48)]![Math.floor((index % 48) / 16)]!;
  });
  return {
    name: 'colours',
    architecture: { name: 'colours', input: image, layers: [{ kind: 'dense', name: 'd', outputs: classes }] },
    weights: new Map([
      ['d.weight', { shape: [classes, 48], data }],
      ['d.bias', { shape: [classes], data: Float32Array.from(bias) }],
    ]),
    preprocessing: {
      image,
      crop: 4,
      mean: flatMean([0], image),
      scale: [1 / 255, 1 / 255, 1 / 255],
      channelOrder: 'rgb',
      ...preprocessing,
    },
    labels: weights.map((_, index) => String(index)),
    card: {},
  };
}

const flat = (target: number, ...colour: [number, number, number]): KnownImage => {
  const pixels = Uint8Array.from({ length: 48 }, (_, index) => colour[Math.floor(index / 16)]!);
  return { name: colour.join(), image: { extent: [3, 4, 4], bytes: pixels }, target };
};

const changedFrom =
  ({ preprocessing }: Model) =>
  ({ channelOrder = preprocessing.channelOrder, scale, mean }: Change): Preprocessing => ({
    ...preprocessing,
    channelOrder,
    scale: scale
      ? Array.from({ length: 3 }, (_, c) => scale[scale.length === 1 ? 0 : c]!)
      : preprocessing.scale,
    mean: mean ? flatMean(mean, image) : preprocessing.mean,
  });

/** What is advised first, and how many images are known without and with it. */
async function adviceFor(model: Model, images: readonly KnownImage[]) {
  const gpu = await openTestGpu();
  const parameters = await uploadParameters(gpu, model.architecture, model.weights, 'test');
  const known = (await checkImages(gpu, model, images, parameters)).filter((each) => each.known).length;
  const [best] = await betterPreprocessing(gpu, model, parameters, images, known, changedFrom(model));
  return { known, change: best?.change, knownThen: best?.known };
}

it('a class is known among the first five, or the first tenth where there are few', () => {
  expect([1000, 50, 49, 20, 10, 2].map(knownRanks)).toEqual([5, 5, 4, 2, 1, 1]);
});

describe('advice', () => {
  const red = flat(0, 200, 10, 10);
  const green = flat(1, 10, 200, 10);
  const blue = flat(2, 10, 10, 200);
  const identity = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];

  it('names the other order of channels alone, where that is enough', async () => {
    const model = modelOf(identity, [0, 0, 0], { channelOrder: 'bgr' });
    const advice = await adviceFor(model, [red, green, blue]);
    expect(advice).toMatchObject({ known: 1, knownThen: 3, change: { channelOrder: 'rgb' } });
    expect(Object.keys(advice.change!)).toEqual(['channelOrder']);
  });

  it('names a scale for pixels from 0 to 1', async () => {
    // Dark pictures win by the bias as long as pixels are not hundreds.
    const model = modelOf(
      [
        [1, 1, 1],
        [0, 0, 0],
      ],
      [0, 20],
      { scale: [1, 1, 1] },
    );
    const advice = await adviceFor(model, [flat(1, 60, 60, 60), flat(0, 250, 250, 250)]);
    expect(advice).toMatchObject({ known: 1, knownThen: 2 });
    expect(advice.change!.scale).toEqual([0.003921569, 0.003921569, 0.003921569]);
  });

  it('names mean and scale where both were meant for pixels from 0 to 1', async () => {
    const said = { mean: flatMean([0.5, 0.4, 0.5], image), scale: [4, 4, 4] };
    const model = modelOf(
      [
        [1, 1, 1],
        [0, 0, 0],
      ],
      [0, 0],
      said,
    );
    const advice = await adviceFor(model, [flat(1, 50, 50, 50), flat(0, 220, 220, 220)]);
    expect(advice).toMatchObject({ known: 1, knownThen: 2 });
    expect(advice.change!.scale).toEqual([0.01568627, 0.01568627, 0.01568627]);
    for (const [index, value] of [127.5, 102, 127.5].entries())
      expect(advice.change!.mean![index]).toBeCloseTo(value, 4);
  });

  it('is none where no change helps', async () => {
    const model = modelOf(identity, [0, 0, 0], {});
    expect(await adviceFor(model, [red, flat(0, 10, 200, 10)])).toMatchObject({
      known: 1,
      knownThen: undefined,
    });
  });
});
