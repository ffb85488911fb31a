/** Pools whose work the kernels on either side of them do: what a network then computes, and how many dispatches it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asBatch, fromBatch } from '../../bench/kernels/padded-batch.ts';
import { run } from '../../src/gpu/program.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { volume, type Architecture } from '../../src/network/layer.ts';
import { createNetwork } from '../../src/network/network.ts';
import { recordNetwork, type NetworkOptions } from '../../src/network/record.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu, pretendGpu } from '../gpu.ts';
import { covering } from '../support/full.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceGradients } from './reference-gradients.ts';
import { referenceLogits } from './reference-network.ts';

/** Pools that leave nothing out, that leave a column out, and that overlap. */
const architecture: Architecture = {
  name: 'pools',
  input: [2, 22, 23],
  layers: [
    { kind: 'convolution', name: 'conv1', outChannels: 6, kernel: 3, stride: 1, padding: 1, groups: 1 },
    { kind: 'max-pool', name: 'odd', size: 2, stride: 2, rounding: 'down' },
    { kind: 'convolution', name: 'conv2', outChannels: 5, kernel: 4, stride: 1, padding: 0, groups: 1 },
    { kind: 'max-pool', name: 'overlapping', size: 2, stride: 1, rounding: 'down' },
    { kind: 'convolution', name: 'conv3', outChannels: 8, kernel: 2, stride: 1, padding: 1, groups: 1 },
    { kind: 'max-pool', name: 'even', size: 2, stride: 2, rounding: 'up' },
    { kind: 'convolution', name: 'conv4', outChannels: 4, kernel: 1, stride: 1, padding: 0, groups: 2 },
    { kind: 'max-pool', name: 'last', size: 2, stride: 2, rounding: 'up' },
    { kind: 'dense', name: 'out', outputs: 3 },
  ],
};
const weights = initialWeights(architecture, 1);

/** The labels of a network's operations from the forward pass on. */
function labelsOf(gpu: Gpu, architecture: Architecture, options: NetworkOptions): string[] {
  const { tape, firstForward } = recordNetwork(gpu, architecture, options);
  return tape.operations.slice(firstForward).map(({ label }) => label);
}

describe.each(['own', 'gpu'] as const)('the variants for this adapter, or for a GPU: %s', (kind) => {
  let gpu: Gpu;
  let pretended: Disposable | undefined;
  beforeAll(async () => {
    gpu = await openTestGpu();
    if (kind === 'gpu') pretended = pretendGpu(gpu);
  });
  afterAll(() => {
    pretended?.[Symbol.dispose]();
  });

  // What is written for GPUs takes a driver on the CPU long to compile.
  test.each(covering([{ images: 1 }, { images: 7 }], [{ images: kind === 'gpu' ? 1 : 7 }]))(
    'logits and gradients of $images images are those of the reference in doubles',
    async ({ images }) => {
      const batch = images === 1 ? 4 : 8;
      const options: NetworkOptions = {
        batch,
        ...(images === 1 && { images }),
        gradients: { input: true, parameters: false },
      };
      expect(labelsOf(gpu, architecture, options)).toEqual(
        expect.arrayContaining([
          'conv1 forward, odd',
          'conv3 forward, even',
          'conv4 forward, last',
          'overlapping forward',
          'out input gradient, last',
          'conv4 input gradient, even',
          'odd input gradient',
        ]),
      );
      using parameters = await uploadParameters(gpu, architecture, weights, 'initial');
      using network = await createNetwork(gpu, architecture, parameters, options);
      const size = volume(architecture.input);
      const inputs = randomValues(size * images, 5);
      const upstream = randomValues(3 * images, 6);
      gpu.write(network.input, asBatch(inputs, images, batch));
      gpu.write(network.logitsGradient!, asBatch(upstream, images, batch));
      run(gpu, network.forward, network.backward);
      const read = async (buffer: GPUBuffer, floats: number) =>
        fromBatch(new Float32Array(await gpu.read(buffer, 4 * floats * batch)), images, batch);
      const logits = await read(network.logits, 3);
      const slopes = await read(network.inputGradient!, size);
      for (let image = 0; image < images; image++) {
        const input = inputs.slice(image * size, (image + 1) * size);
        const out = upstream.slice(3 * image, 3 * image + 3);
        expectClose(logits.slice(3 * image, 3 * image + 3), referenceLogits(architecture, weights, input));
        const { input: expected } = referenceGradients(architecture, weights, input, { out });
        expectClose(slopes.slice(image * size, (image + 1) * size), expected);
      }
    },
  );
});

test('LeNet on a GPU takes four dispatches forward and five back to its input', async () => {
  using card = pretendGpu(await openTestGpu());
  const options = { batch: 200, gradients: { input: true, parameters: false } };
  expect(labelsOf(card.gpu, lenet(), options)).toEqual([
    'conv1 forward, pool1',
    'conv2 forward, pool2',
    'ip1 forward, relu1',
    'ip2 forward',
    'ip2 input gradient',
    'relu1 input gradient',
    'ip1 input gradient, pool2',
    'conv2 input gradient, pool1',
    'conv1 input gradient',
  ]);
});
