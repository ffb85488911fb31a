/** Forward and backward passes of a network on the device, and ONNX Runtime's word on them. */
import { expect } from 'vitest';
import { asBatch, fromBatch } from '../../bench/kernels/padded-batch.ts';
import { run } from '../../src/gpu/program.ts';
import { volume, type Architecture } from '../../src/network/layer.ts';
import { createNetwork, type Network } from '../../src/network/network.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import {
  unpackWeight,
  type DenseStorage,
  type WeightTensor,
  type Weights,
} from '../../src/network/parameters.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { onnxNetwork } from '../../bench/peers/onnx-network.ts';

/** Uniform weights of the usual spread, with biases that are not zero; quicker to draw than those of training. */
export function randomWeights(architecture: Architecture): Map<string, WeightTensor> {
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
export async function bothPasses(
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
  gpu.write(network.input, asBatch(inputs, images, 4));
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
  parameters.destroy();
  return {
    logits: fromBatch(logits, images, 4),
    gradient: fromBatch(gradient, images, 4),
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

export const rangeOf = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity) -
  values.reduce((least, value) => Math.min(least, value), Infinity);

/** Forward within 1e-3, and the gradient at 24 places against differences of ONNX Runtime's logits. */
export async function expectParity(
  architecture: Architecture,
  weights: Weights,
  reach: number,
): Promise<void> {
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
