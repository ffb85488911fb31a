/** Every kind of layer by itself, forward and backward, against its reference in doubles: what the registry has, is tried here. */
import { expect, test } from 'vitest';
import { asBatch, fromBatch } from '../../bench/kernels/padded-batch.ts';
import { run } from '../../src/gpu/program.ts';
import { volume } from '../../src/network/layer.ts';
import { layerDefinitions } from '../../src/network/layers/index.ts';
import { createNetwork, fewImages } from '../../src/network/network.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import { packWeight } from '../../src/network/parameters.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceGradients } from './reference-gradients.ts';
import { exampleNetworks } from './reference-layers.ts';
import { referenceLogits } from './reference-network.ts';

test('every kind of layer is tried', () => {
  const tried = new Set(exampleNetworks.flatMap(({ layers }) => layers.map(({ kind }) => kind)));
  expect([...tried].sort()).toEqual(Object.keys(layerDefinitions).sort());
});

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
