import { describe, expect, it, test } from 'vitest';
import { run } from '../../src/gpu/program.ts';
import { alexnetTorchvision } from '../../src/models/alexnet-torchvision.ts';
import { alexnet, caffenet } from '../../src/models/caffenet.ts';
import { confidencesOf } from '../../src/models/evaluation.ts';
import { extents, volume, type Architecture } from '../../src/nn/layer.ts';
import { createNetwork, deviceBytes, type Network } from '../../src/nn/network.ts';
import {
  parameterShapes,
  unpackWeight,
  type DenseStorage,
  type WeightTensor,
  type Weights,
} from '../../src/nn/parameters.ts';
import { uploadParameters } from '../../src/nn/upload.ts';
import { initialWeights } from '../../src/nn/trainer.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceGradients } from '../nn/reference-gradients.ts';
import { asSlots, fromSlots } from '../nn/slots.ts';
import { onnxNetwork, thinned } from './onnx-network.ts';

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

/** Uniform weights of the usual spread, with biases that are not zero; quicker to draw than those of training. */
function randomWeights(architecture: Architecture): Map<string, WeightTensor> {
  const weights = new Map<string, WeightTensor>();
  for (const [index, { layer, groups, outputs, depth, fileShape }] of parameterShapes(
    architecture,
  ).entries()) {
    const reach = Math.sqrt(6 / depth);
    const data = randomValues(groups * outputs * depth, 10 + index).map((value) => value * reach);
    const bias = randomValues(groups * outputs, 20 + index).map((value) => value / 2);
    weights.set(`${layer}.weight`, { shape: fileShape, data });
    weights.set(`${layer}.bias`, { shape: [groups * outputs], data: bias });
  }
  return weights;
}

interface Passes {
  /** [images, classes]. */
  readonly logits: Float32Array;
  /** Of the logit of class 5 with respect to the input, [images, channels, height, width]. */
  readonly gradient: Float32Array;
  /** Of every weight and bias, as files lay them out, where they were wanted. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

interface PassOptions {
  readonly denseStorage?: DenseStorage;
  readonly wanted?: { readonly input: boolean; readonly parameters: boolean };
}

/** One forward and one backward pass of up to four images on the device. */
async function bothPasses(
  architecture: Architecture,
  weights: Weights,
  inputs: Float32Array,
  images: number,
  { denseStorage = 'f32', wanted = { input: true, parameters: false } }: PassOptions = {},
): Promise<Passes> {
  const gpu = await openTestGpu();
  const parameters = await uploadParameters(gpu, architecture, weights, 'test', denseStorage);
  const network = await createNetwork(gpu, architecture, parameters, {
    denseStorage,
    batch: 4,
    gradients: wanted,
  });
  gpu.write(network.input, asSlots(inputs, images, 4));
  const upstream = new Float32Array(network.classes * 4).map((_, index) =>
    index >> 2 === 5 && index % 4 < images ? 1 : 0,
  );
  gpu.write(network.logitsGradient!, upstream);
  run(gpu, network.turnWeights, network.forward, network.backward);
  const logits = new Float32Array(await gpu.read(network.logits, 16 * network.classes));
  const gradient = new Float32Array(await gpu.read(network.inputGradient!, 16 * volume(architecture.input)));
  const found = wanted.parameters
    ? await gradientsOf(architecture, network)
    : new Map<string, Float32Array>();
  network.destroy();
  for (const buffer of parameters.values()) buffer.destroy();
  return {
    logits: fromSlots(logits, images, 4),
    gradient: fromSlots(gradient, images, 4),
    parameters: found,
  };
}

async function gradientsOf(architecture: Architecture, network: Network): Promise<Map<string, Float32Array>> {
  const gpu = await openTestGpu();
  const found = new Map<string, Float32Array>();
  for (const shape of parameterShapes(architecture)) {
    for (const [name, stored] of [
      [`${shape.layer}.weight`, shape],
      [`${shape.layer}.bias`, { ...shape, depth: 1 }],
    ] as const) {
      const packed = await gpu.read(network.parameterGradients.get(name)!);
      found.set(name, unpackWeight(stored, new Float32Array(packed)));
    }
  }
  return found;
}

/** Places spread over an input, in every channel. */
const places = (size: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.floor(((index + 0.37) * size) / count));

const rangeOf = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity) -
  values.reduce((least, value) => Math.min(least, value), Infinity);

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

/** The published order of pools and normalisation has the layers of `caffenet` but for those, which the thinned one covers. */
const fullSize = forms.filter(([name]) => name !== 'alexnet');

describe.each(fullSize)('%s of full size', (name, build) => {
  it(
    'agrees with ONNX Runtime, and its gradient with differences through ONNX Runtime',
    { timeout: 180_000 },
    async () => {
      const architecture = build(1000);
      const weights = randomWeights(architecture);
      await expectParity(architecture, weights, 60);
      expect(architecture.name).toBe(name);
    },
  );
});

/** Forward within 1e-3, and the gradient at 24 places against differences of ONNX Runtime's logits. */
async function expectParity(architecture: Architecture, weights: Weights, reach: number): Promise<void> {
  const size = volume(architecture.input);
  const inputs = randomValues(2 * size, 8).map((value) => reach * value);
  const judge = await onnxNetwork(architecture, weights);
  const expected = await judge(inputs, 2);
  const classes = expected.length / 2;
  const { logits, gradient } = await bothPasses(architecture, weights, inputs, 2);
  expectClose(logits, expected, { atol: 1e-4 * rangeOf(expected), rtol: 1e-3 });

  // Floats need a wide step, and one pixel more or less moves a logit little: the steepest places stand out from rounding.
  const first = gradient.subarray(0, size);
  const steepest = [...places(size, 4000)]
    .sort((a, b) => Math.abs(first[b]!) - Math.abs(first[a]!))
    .slice(0, 24);
  const step = reach / 60;
  const moved = new Float32Array(2 * steepest.length * size);
  steepest.forEach((place, index) => {
    for (const [half, sign] of [1, -1].entries()) {
      moved.set(inputs.subarray(0, size), (2 * index + half) * size);
      moved[(2 * index + half) * size + place]! += sign * step;
    }
  });
  const judged = await judge(moved, 2 * steepest.length);
  const differences = steepest.map(
    (_, index) => (judged[2 * index * classes + 5]! - judged[(2 * index + 1) * classes + 5]!) / (2 * step),
  );
  const scale = Math.max(...differences.map(Math.abs));
  const off = steepest.map((place, index) => Math.abs(first[place]! - differences[index]!) / scale);
  off.sort((a, b) => a - b);
  // A kink of a ReLU or a pool within the step makes a difference say less than the gradient does.
  expect(off[Math.floor(0.9 * off.length)]).toBeLessThan(0.05);
  expect(off[Math.floor(off.length / 2)]).toBeLessThan(0.01);
}

describe('caffenet-tiny', () => {
  it(
    'multiplies its factors and agrees with ONNX Runtime, forward and backward',
    { timeout: 120_000 },
    async () => {
      const { model } = await loadModel('caffenet-tiny');
      expect(model.labels.length).toBe(200);
      await expectParity(model.architecture, model.weights, 110);
    },
  );

  it('with dense weights as halves stays within a hundredth of the logits’ range, with the same top five', async () => {
    const { model } = await loadModel('caffenet-tiny');
    const { architecture, weights } = model;
    const inputs = randomValues(2 * volume(architecture.input), 8).map((value) => 110 * value);
    const expected = await (await onnxNetwork(architecture, weights))(inputs, 2);
    const exact = await bothPasses(architecture, weights, inputs, 2);
    const halves = await bothPasses(architecture, weights, inputs, 2, { denseStorage: 'f16' });
    expectClose(halves.logits, expected, { atol: 1e-2 * rangeOf(expected), rtol: 0 });
    for (const image of [0, 1]) {
      const five = (logits: Float32Array) =>
        [...logits.subarray(200 * image, 200 * (image + 1)).entries()]
          .sort(([, a], [, b]) => b - a)
          .slice(0, 5)
          .map(([number]) => number);
      expect(five(halves.logits)).toEqual(five(expected));
    }
    const norm = Math.hypot(...exact.gradient.subarray(0, 1000));
    const off = Math.hypot(
      ...exact.gradient.subarray(0, 1000).map((value, index) => value - halves.gradient[index]!),
    );
    expect(off).toBeLessThan(0.03 * norm);
    expect(off).toBeGreaterThan(0);
  });

  it('gives confidences that add up to one, from one crop and from ten', async () => {
    const gpu = await openTestGpu();
    const { model } = await loadModel('caffenet-tiny');
    const image = Uint8Array.from(randomValues(3 * 256 * 256, 9), (value) => 127 + 127 * value);
    for (const crops of [1, 10] as const) {
      const [confidences] = await confidencesOf(gpu, model, image, 1, crops);
      expect(confidences!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    }
  });
});

describe('the memory plan', () => {
  it('keeps a batch of 16 forward and backward of the largest form within 1.2 GB, and says what is allocated', async () => {
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
    const createBuffer = gpu.device.createBuffer.bind(gpu.device);
    gpu.device.createBuffer = (descriptor) => {
      allocated.push(descriptor.size);
      return createBuffer(descriptor);
    };
    try {
      const parameters = await uploadParameters(gpu, small, initialWeights(small, 1), 'test');
      await createNetwork(gpu, small, parameters, wanted);
    } finally {
      gpu.device.createBuffer = createBuffer;
    }
    const sum = allocated.reduce((total, bytes) => total + bytes, 0);
    const plan = deviceBytes(gpu, small, wanted).total;
    expect(sum).toBeGreaterThanOrEqual(plan);
    // Buffers are rounded up to 16 bytes.
    expect(sum).toBeLessThan(plan + 16 * allocated.length);
  });
});
