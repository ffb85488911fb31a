import { describe, expect, it } from 'vitest';
import { run } from '../../src/gpu/program.ts';
import { createClassifier } from '../../src/model/classifier.ts';
import { confidencesOf, evaluateAccuracy } from '../../src/model/evaluation.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { writeModel, type Model } from '../../src/model/model.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, expectSame } from '../kernels/numbers.ts';
import { full } from '../support/full.ts';
import { onnxNetwork } from '../../bench/peers/onnx-network.ts';

const images = 37;
const { model: shipped } = await loadModel('lenet-mnist');
const random: Model = { ...shipped, name: 'random', weights: initialWeights(lenet(), 5) };
const test = await loadMnist('test');
const pixels = Uint8Array.from(test.images.subarray(0, images * 784));

function inputsOf({ preprocessing: { mean, scale } }: Model): Float32Array {
  return Float32Array.from(pixels, (pixel, index) => (pixel - mean[index % 784]!) * scale[0]!);
}

/** Softmax in doubles. */
function softmax(logits: Float32Array): number[] {
  const most = Math.max(...logits);
  const exponentials = [...logits].map((logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

describe('LeNet', () => {
  it.each([shipped, random])(
    'gives the logits and confidences of ONNX Runtime with $name weights',
    async (model) => {
      const gpu = await openTestGpu();
      const judge = await onnxNetwork(model.architecture, model.weights);
      const judged = await judge(inputsOf(model), images);
      const reference = Array.from({ length: images }, (_, image) =>
        judged.slice(10 * image, 10 * image + 10),
      );
      const classifier = await createClassifier(gpu, model, { images, crops: 1 });
      gpu.write(classifier.images, pixels);
      run(gpu, classifier.program);
      const { batch, logits } = classifier.network;
      const ours = new Float32Array(await gpu.read(logits));
      for (let image = 0; image < images; image++) {
        const row = Array.from({ length: 10 }, (_, number) => ours[number * batch + image]!);
        const largest = Math.max(...reference[image]!.map(Math.abs));
        expectClose(row, reference[image]!, { atol: 1e-4 * largest, rtol: 1e-4 });
      }
      const confidences = await confidencesOf(gpu, model, pixels, images);
      for (let image = 0; image < images; image++) {
        expectClose(confidences[image]!, softmax(reference[image]!), { atol: 1e-7, rtol: 2e-3 });
      }
    },
  );

  it('judges images in several turns as in one', async () => {
    const gpu = await openTestGpu();
    const judge = async (memoryBudget: number) => {
      const classifier = await createClassifier(gpu, shipped, { images, crops: 1, memoryBudget });
      gpu.write(classifier.images, pixels);
      run(gpu, classifier.program);
      return {
        batch: classifier.network.batch,
        values: new Float32Array(await gpu.read(classifier.confidences)),
      };
    };
    const whole = await judge(2 ** 28);
    const turns = await judge(2 ** 20);
    expect(turns.batch).toBeLessThan(whole.batch);
    expectClose(turns.values, whole.values, { atol: 1e-6, rtol: 1e-4 });
  });

  it('names at least 98.5 % of the first test digits right', async () => {
    const gpu = await openTestGpu();
    const count = full ? 2000 : 800;
    const part = {
      ...test,
      count,
      images: test.images.subarray(0, count * 784),
      targets: test.targets.subarray(0, count),
    };
    expect((await evaluateAccuracy(gpu, shipped, part)).accuracy).toBeGreaterThanOrEqual(0.985);
  });

  it('refuses images of another shape', async () => {
    const gpu = await openTestGpu();
    await expect(evaluateAccuracy(gpu, shipped, { ...test, shape: [1, 14, 56] })).rejects.toThrow(
      /1 × 14 × 56.*1 × 28 × 28/,
    );
  });
});

describe('a model file', () => {
  const bytes = writeModel(shipped);

  it('holds everything after writing and reading', () => {
    const read = readModel(bytes, 'lenet.safetensors', 'lenet-mnist');
    expect(read.labels).toEqual(shipped.labels);
    expect(read.preprocessing).toEqual(shipped.preprocessing);
    expect(read.card).toEqual(shipped.card);
    for (const [name, { shape, data }] of shipped.weights) {
      expect(read.weights.get(name)!.shape).toEqual(shape);
      expectSame(read.weights.get(name)!.data, data);
    }
  });

  it.each([
    [
      'a tensor of another shape',
      new Map([...shipped.weights, ['ip1.weight', { shape: [800, 500], data: new Float32Array(400_000) }]]),
      /ip1\.weight is \[800, 500\], lenet expects \[500, 800\]/,
    ],
    [
      'a missing tensor',
      new Map([...shipped.weights].filter(([name]) => name !== 'conv2.bias')),
      /no tensor conv2\.bias/,
    ],
  ])('with %s is refused by name', (_, weights, message) => {
    expect(() => readModel(writeModel({ ...shipped, weights }), 'bad.safetensors', 'bad')).toThrow(message);
  });

  it('of an unknown architecture is refused with the names there are', () => {
    expect(() => readModel(bytes, 'file', 'model', 'vgg')).toThrow(/"vgg".*architecture lenet/);
  });

  it('with labels for another number of classes is refused', () => {
    expect(() => readModel(writeModel({ ...shipped, labels: ['one'] }), 'file', 'model')).toThrow(
      /1 labels for 10 classes/,
    );
  });
});
