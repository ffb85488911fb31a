import { describe, expect, it, test } from 'vitest';
import { alexnetTorchvision } from '../../src/model/architectures/alexnet-torchvision.ts';
import { alexnet, caffenet } from '../../src/model/architectures/caffenet.ts';
import { extents, volume, type Architecture } from '../../src/network/layer.ts';
import { createNetwork, deviceBytes } from '../../src/network/network.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceGradients } from '../network/reference-gradients.ts';
import { bothPasses, randomWeights, rangeOf } from './both-passes.ts';
import { onnxNetwork, thinned } from '../../bench/peers/onnx-network.ts';
import { full } from '../support/full.ts';

const forms: readonly (readonly [name: string, build: (classes: number) => Architecture, side: number])[] = [
  ['caffenet', caffenet, 99],
  ['alexnet', alexnet, 99],
  ['alexnet-torchvision', alexnetTorchvision, 99],
];

test.each(forms)('%s has the shapes that are published', (_, build) => {
  const architecture = build(1000);
  const dense = architecture.layers.findIndex(({ kind }) => kind === 'dense');
  expect(extents(architecture)[dense]).toEqual([256, 6, 6]);
  expect(extents(architecture).at(-1)).toEqual([1000, 1, 1]);
});

describe.each(forms)('%s with fewer channels', (_, build, side) => {
  it('agrees with ONNX Runtime, and all its gradients with a reverse pass in doubles', async () => {
    const architecture = thinned(build(12), 8, side);
    const weights = randomWeights(architecture);
    const size = volume(architecture.input);
    const inputs = randomValues(3 * size, 7).map((value) => 60 * value);
    const { logits, gradient, parameters } = await bothPasses(architecture, weights, inputs, 3, {
      wanted: { input: true, parameters: true },
    });
    const expected = await (await onnxNetwork(architecture, weights))(inputs, 3);
    expectClose(logits, expected, { atol: 1e-4 * rangeOf(expected), rtol: 1e-3 });

    const references = [0, 1, 2].map((number) =>
      referenceGradients(architecture, weights, inputs.subarray(number * size, (number + 1) * size), {
        [architecture.layers.at(-1)!.name]: Array.from({ length: 12 }, (_, logit) => (logit === 5 ? 1 : 0)),
      }),
    );
    for (const [number, { input }] of references.entries())
      expectAlike(gradient.subarray(number * size, (number + 1) * size), input);
    // Of a parameter: the sum over the three images.
    for (const [tensor, found] of parameters) {
      const sums = references.map((each) => each.parameters.get(tensor)!);
      expectAlike(
        found,
        sums[0]!.map((value, index) => value + sums[1]![index]! + sums[2]![index]!),
      );
    }
    expect([...parameters.keys()].sort()).toEqual([...weights.keys()].sort());
  });
});

/** Within a thousandth of the largest. */
function expectAlike(found: Float32Array, expected: Float64Array): void {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(scale).toBeGreaterThan(0);
  expectClose(found, expected, { atol: 1e-4 * scale, rtol: 1e-3 });
}

test('with dense weights as halves a network with fewer channels stays within a hundredth of the logits’ range', async () => {
  const architecture = thinned(caffenet(12), 8, 99);
  const weights = randomWeights(architecture);
  const inputs = randomValues(2 * volume(architecture.input), 8).map((value) => 60 * value);
  const exact = await bothPasses(architecture, weights, inputs, 2);
  const halves = await bothPasses(architecture, weights, inputs, 2, { denseStorage: 'f16' });
  expectClose(halves.logits, exact.logits, { atol: 1e-2 * rangeOf(exact.logits), rtol: 0 });
  const norm = Math.hypot(...exact.gradient);
  const off = Math.hypot(...exact.gradient.map((value, index) => value - halves.gradient[index]!));
  expect(off).toBeLessThan(0.03 * norm);
  expect(off).toBeGreaterThan(0);
});

describe('the memory plan', () => {
  it.runIf(full)(
    'keeps a batch of 16 forward and backward of the largest form within 1.2 GB, and says what is allocated',
    async () => {
      const gpu = await openTestGpu();
      const architecture = caffenet(1000);
      const wanted = { batch: 16, gradients: { input: true, parameters: false } };
      const planned = deviceBytes(gpu, architecture, wanted);
      expect(planned.total).toBeLessThan(1.2e9);
      expect(planned.total).toBe(planned.parameters + planned.activations);
      const halved = deviceBytes(gpu, architecture, { ...wanted, denseStorage: 'f16' });
      // 58 million dense weights, twice: as the forward and as the backward pass reads them.
      expect(planned.total - halved.total).toBeGreaterThan(2 * 2 * 58e6);

      // What the plan says of a small network is what the device is asked for.
      const small = thinned(caffenet(12), 8, 99);
      const allocated: number[] = [];
      let parts: number;
      const createBuffer = gpu.device.createBuffer.bind(gpu.device);
      gpu.device.createBuffer = (descriptor) => {
        allocated.push(descriptor.size);
        return createBuffer(descriptor);
      };
      try {
        const parameters = await uploadParameters(gpu, small, initialWeights(small, 1), 'test');
        parts = parameters.size;
        await createNetwork(gpu, small, parameters, wanted);
      } finally {
        gpu.device.createBuffer = createBuffer;
      }
      const sum = allocated.reduce((total, bytes) => total + bytes, 0);
      const plan = deviceBytes(gpu, small, wanted).total;
      expect(sum).toBeGreaterThanOrEqual(plan);
      // Buffers are rounded up to 16 bytes; parameters lie in one, at multiples of 256.
      expect(sum).toBeLessThan(plan + 16 * allocated.length + 256 * parts);
    },
  );
});
