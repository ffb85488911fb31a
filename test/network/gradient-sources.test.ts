/** Objectives that are about units of any layer: the backward pass begins there, or takes their gradient in on its way. */
import { describe, expect, test } from 'vitest';
import { asBatch } from '../../bench/kernels/padded-batch.ts';
import { run } from '../../src/gpu/program.ts';
import { extents, volume, type Architecture } from '../../src/network/layer.ts';
import { createNetwork } from '../../src/network/network.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceGradients } from './reference-gradients.ts';
import { referenceActivations } from './reference-network.ts';

const architecture: Architecture = {
  name: 'small',
  input: [2, 9, 8],
  layers: [
    { kind: 'convolution', name: 'conv', outChannels: 8, kernel: 3, stride: 1, padding: 1, groups: 1 },
    { kind: 'lrn', name: 'norm', size: 5, alpha: 0.5, beta: 0.75, k: 1 },
    { kind: 'relu', name: 'relu' },
    { kind: 'max-pool', name: 'pool', size: 3, stride: 2, rounding: 'up' },
    { kind: 'dropout', name: 'drop', rate: 0.5 },
    { kind: 'dense', name: 'hidden', outputs: 6 },
    { kind: 'relu', name: 'relu2' },
    { kind: 'dense', name: 'out', outputs: 3 },
  ],
};
const batch = 4;
const weights = initialWeights(architecture, 1);
const imageOf = (inputs: Float32Array, index: number) => {
  const size = volume(architecture.input);
  return inputs.slice(index * size, (index + 1) * size);
};

describe.each([
  { images: 3, options: {} },
  { images: 1, options: { images: 1 } },
  { images: 2, options: { images: 2 } },
] as const)('with $images images, $options', ({ images, options }) => {
  const inputs = randomValues(volume(architecture.input) * images, 7);
  test.each([
    ['the logits alone', ['out']],
    ['a convolution alone', ['conv']],
    ['a pool alone', ['pool']],
    ['a hidden layer and the logits', ['hidden', 'out']],
    ['five layers', ['conv', 'relu', 'pool', 'relu2', 'out']],
  ])('the gradient of an objective about %s', async (_, layers) => {
    const gpu = await openTestGpu();
    const parameters = await uploadParameters(gpu, architecture, weights, 'initial');
    const network = await createNetwork(gpu, architecture, parameters, {
      batch,
      ...options,
      gradients: { input: true, parameters: false },
      gradientSources: layers,
    });
    expect([...network.gradientSources.keys()]).toEqual(layers);
    const shapes = extents(architecture);
    const worth = new Map(
      layers.map((name, index) => {
        const place = architecture.layers.findIndex((layer) => layer.name === name);
        return [name, randomValues(volume(shapes[place + 1]!) * images, 20 + index)];
      }),
    );
    for (const [name, values] of worth)
      gpu.write(network.gradientSources.get(name)!.gradient, asBatch(values, images, batch));
    gpu.write(network.input, asBatch(inputs, images, batch));
    run(gpu, network.turnWeights, network.forward, network.backward);

    const found = new Float32Array(await gpu.read(network.inputGradient!));
    for (let image = 0; image < images; image++) {
      const upstream = Object.fromEntries(
        [...worth].map(([name, values]) => {
          const size = values.length / images;
          return [name, values.subarray(image * size, (image + 1) * size)];
        }),
      );
      const expected = referenceGradients(architecture, weights, imageOf(inputs, image), upstream).input;
      expectClose(
        expected.map((__, index) => found[index * batch + image]!),
        expected,
        { atol: 1e-4, rtol: 1e-3 },
      );
    }
    // What was kept for whoever reads it is what the layer gave.
    const [first = ''] = layers;
    const { activations, extent } = network.gradientSources.get(first)!;
    const kept = new Float32Array(await gpu.read(activations, 4 * volume(extent) * batch));
    const place = architecture.layers.findIndex(({ name }) => name === first);
    const reference = referenceActivations(architecture, weights, imageOf(inputs, images - 1))[place]!;
    expectClose(
      [...reference].map((__, index) => kept[index * batch + images - 1]!),
      reference,
    );
    if ('images' in options)
      expect(found.filter((_, index) => index % batch >= images).every((value) => value === 0)).toBe(true);
    network.destroy();
  });
});

test('one or two images take a batch of four, and train nothing', async () => {
  const gpu = await openTestGpu();
  const parameters = await uploadParameters(gpu, architecture, weights, 'initial');
  await expect(createNetwork(gpu, architecture, parameters, { batch: 8, images: 1 })).rejects.toThrow(
    /a batch of four/,
  );
  const gradients = { input: false, parameters: true };
  const training = createNetwork(gpu, architecture, parameters, { batch, images: 2, gradients });
  await expect(training).rejects.toThrow(/no parameters are trained/);
});

test.each([['drop'], ['conv9'], ['']])('no gradient begins at "%s"', async (layer) => {
  const gpu = await openTestGpu();
  const parameters = await uploadParameters(gpu, architecture, weights, 'initial');
  const gradients = { input: true, parameters: false };
  await expect(
    createNetwork(gpu, architecture, parameters, { batch, gradients, gradientSources: [layer] }),
  ).rejects.toThrow(RangeError);
});
