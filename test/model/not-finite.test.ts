/** Networks whose answers overflow: said so by layer and image, whatever judges them. */
import { expect, it, test } from 'vitest';
import { createClassifier } from '../../src/model/classifier.ts';
import { confidencesOf, evaluateAccuracy } from '../../src/model/evaluation.ts';
import type { Model } from '../../src/model/model.ts';
import { NotFiniteError } from '../../src/model/not-finite.ts';
import { Evaluator } from '../../src/evolution/evaluator.ts';
import { Program } from '../../src/gpu/program.ts';
import { padPlanes } from '../../src/image/image-layout.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { openTestGpu } from '../gpu.ts';
import { covering } from '../support/full.ts';

const { model } = await loadModel('lenet-mnist');

/** As the shipped one without a mean, its weights multiplied by the factors of their layers, without biases. */
const scaled = (factors: Readonly<Record<string, number>>): Model => ({
  ...model,
  preprocessing: { ...model.preprocessing, mean: new Float32Array(model.preprocessing.mean.length) },
  weights: new Map(
    [...model.weights].map(([name, { shape, data }]) => {
      const [layer, part] = name.split('.') as [string, string];
      const factor = part === 'bias' ? 0 : (factors[layer] ?? 1);
      return [name, { shape, data: data.map((value) => value * factor) }];
    }),
  ),
});

/** Every weight is finite; the logits of an image are not, but for one that is black, which makes zeros of weights alone. */
const overflowing = scaled({ ip1: 1e19, ip2: 1e19 });

const digits = async (count: number) => {
  const { images } = await loadMnist('test');
  return Uint8Array.from(images.subarray(0, count * 784));
};

test.each(covering([1, 2, 3, 9], [1, 9]))('the first of %i images and the layer are told', async (count) => {
  const gpu = await openTestGpu();
  const answer = confidencesOf(gpu, overflowing, await digits(count), count);
  await expect(answer).rejects.toMatchObject({ image: 0, layer: 'ip2' });
  await expect(answer).rejects.toThrow(
    /^lenet-mnist: the network's answer to image 1 is not a finite number; it is lost at ip2, /,
  );
});

test('a rectified linear unit does not hide what was lost before it', async () => {
  const gpu = await openTestGpu();
  const answer = confidencesOf(gpu, scaled({ conv1: 1e20, conv2: 1e20 }), await digits(3), 3);
  await expect(answer).rejects.toMatchObject({ image: 0, layer: 'conv2' });
});

it.each(covering<1 | 10>([1, 10], [10]))('is found among others, seen in %i views', async (crops) => {
  const gpu = await openTestGpu();
  const black = new Uint8Array(6 * 784);
  expect(await confidencesOf(gpu, overflowing, black, 6, crops)).toHaveLength(6);
  const some = Uint8Array.from(black);
  some.set(await digits(2), 4 * 784);
  await expect(confidencesOf(gpu, overflowing, some, 6, crops)).rejects.toMatchObject({
    image: 4,
    layer: 'ip2',
  });
});

it('counts images over batches', async () => {
  const gpu = await openTestGpu();
  const digitsOfTest = await loadMnist('test');
  const data = { ...digitsOfTest, count: 20, images: digitsOfTest.images.subarray(0, 20 * 784) };
  await expect(evaluateAccuracy(gpu, overflowing, data)).rejects.toThrow(/answer to image 1 is/);
});

it('ends an evaluation of children, before one of them can win', async () => {
  const gpu = await openTestGpu();
  const classifier = await createClassifier(gpu, overflowing, { images: 8, crops: 1 });
  const evaluator = await Evaluator.create(gpu, classifier, 8);
  const nothing = new Program([]);
  gpu.write(classifier.images, padPlanes(new Uint8Array(8 * 784), 784));
  expect((await evaluator.submit(nothing)).winners.child).toHaveLength(10);
  const children = new Uint8Array(8 * 784);
  children.set(await digits(1), 5 * 784);
  gpu.write(classifier.images, padPlanes(children, 784));
  await expect(evaluator.submit(nothing)).rejects.toBeInstanceOf(NotFiniteError);
  await expect(evaluator.submit(nothing)).rejects.toMatchObject({ image: 5 });
  classifier.destroy();
});
