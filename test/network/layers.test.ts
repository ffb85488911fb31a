/** Every kind of layer by itself, forward and backward, against its reference in doubles: what the registry has, is tried here. */
import { expect, test } from 'vitest';
import { asBatch, fromBatch } from '../../bench/kernels/padded-batch.ts';
import { onnxModel, onnxNetwork } from '../../bench/peers/onnx-network.ts';
import { run } from '../../src/gpu/program.ts';
import { outputExtent, volume, type Extent } from '../../src/network/layer.ts';
import { definitionOf, layerDefinitions } from '../../src/network/layers/index.ts';
import { createNetwork, fewImages } from '../../src/network/network.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import { packWeight } from '../../src/network/parameters.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceGradients } from './reference-gradients.ts';
import { exampleNetworks } from './example-networks.ts';
import { byKernels } from './layers-by-kernels.ts';
import { referenceOf } from './reference-layers.ts';
import { referenceLogits } from './reference-network.ts';

test('every kind of layer is tried', () => {
  const tried = new Set(exampleNetworks.flatMap(({ layers }) => layers.map(({ kind }) => kind)));
  expect([...tried].sort()).toEqual(Object.keys(layerDefinitions).sort());
});

/** Those that ONNX has an operator for, as far as the peer of the bench writes it. */
const writtenAsOnnx = exampleNetworks.filter((architecture) => {
  try {
    return onnxModel(architecture, initialWeights(architecture, 2)).length > 0;
  } catch {
    return false;
  }
});

test('ONNX Runtime judges the kinds of layers that it has', () => {
  const judged = writtenAsOnnx.flatMap(({ layers }) => layers.map(({ kind }) => kind));
  const wanted = ['convolution', 'dense', 'dropout', 'lrn', 'max-pool', 'relu', 'adaptive-average-pool'];
  expect(judged).toEqual(expect.arrayContaining(wanted));
});

test.each(writtenAsOnnx)('$name, is defined as ONNX Runtime computes it', async (architecture) => {
  const weights = initialWeights(architecture, 2);
  const judge = await onnxNetwork(architecture, weights);
  const input = randomValues(volume(architecture.input), 9);
  expectClose(await judge(input, 1), referenceLogits(architecture, weights, input));
});

test.each([...layerDefinitions.convolution.examples, ...layerDefinitions.dense.examples])(
  '$kind, $name, the references of its kernels agree with loops',
  (layer) => {
    const from: Extent = [4, 7, 6];
    const to = outputExtent(layer, from);
    const { groups, outputs, depth } = definitionOf(layer).parameters!(layer, from);
    const given = {
      ...{ from, to },
      x: Float64Array.from(randomValues(volume(from), 1)),
      dy: Float64Array.from(randomValues(volume(to), 2)),
      weight: randomValues(groups * outputs * depth, 3),
      bias: randomValues(groups * outputs, 4),
    };
    const found = [byKernels, referenceOf(layer)].map((reference) => {
      const y = reference.forward(layer, given);
      const dx = new Float64Array(given.x.length);
      const dWeight = new Float64Array(given.weight.length);
      const dBias = new Float64Array(given.bias.length);
      reference.backward(layer, { ...given, y, dx, dWeight, dBias });
      return { y, dx, dWeight, dBias };
    });
    for (const name of ['y', 'dx', 'dWeight', 'dBias'] as const)
      expectClose(found[0]![name], found[1]![name], { atol: 1e-6, rtol: 1e-6 });
  },
);

test.each(exampleNetworks.flatMap((architecture) => [1, 2, 5].map((images) => ({ architecture, images }))))(
  '$architecture.name, agrees with its definition; images: $images',
  async ({ architecture, images }) => {
    const gpu = await openTestGpu();
    const weights = initialWeights(architecture, 1);
    for (const [name, { data }] of weights)
      if (name.endsWith('.bias')) data.set(randomValues(data.length, 4));
    const parameters = await uploadParameters(gpu, architecture, weights, 'initial');
    const batch = images > 4 ? 8 : 4;
    const few = fewImages(images, batch);
    const gradients = { input: true, parameters: few.images === undefined };
    const network = await createNetwork(gpu, architecture, parameters, { batch, ...few, gradients });
    const inputs = randomValues(volume(architecture.input) * images, 7);
    const worth = randomValues(network.classes * images, 8);
    gpu.write(network.input, asBatch(inputs, images, batch));
    gpu.write(network.logitsGradient!, asBatch(worth, images, batch));
    run(gpu, network.forward, network.backward);

    const perImage = async (buffer: GPUBuffer) =>
      fromBatch(new Float32Array(await gpu.read(buffer)), images, batch);
    const logits = await perImage(network.logits);
    const inputGradient = await perImage(network.inputGradient!);
    const sums = new Map([...weights].map(([name, { data }]) => [name, new Float64Array(data.length)]));
    for (let image = 0; image < images; image++) {
      const part = (values: Float32Array) => {
        const size = values.length / images;
        return values.subarray(image * size, (image + 1) * size);
      };
      expectClose(part(logits), referenceLogits(architecture, weights, part(inputs)));
      const expected = referenceGradients(architecture, weights, part(inputs), { out: part(worth) });
      expectClose(part(inputGradient), expected.input, { atol: 1e-5, rtol: 1e-4 });
      for (const [name, values] of expected.parameters)
        values.forEach((value, index) => (sums.get(name)![index]! += value));
    }
    for (const [name, buffer] of network.parameterGradients) {
      const shape = parameterShapes(architecture).find((each) => name.startsWith(`${each.layer}.`))!;
      const own = name.endsWith('.bias') ? { ...shape, depth: 1 } : shape;
      const found = new Float32Array(await gpu.read(buffer));
      expectClose(found, packWeight(own, Float32Array.from(sums.get(name)!)), { atol: 1e-5, rtol: 1e-4 });
    }
    network.destroy();
  },
);
