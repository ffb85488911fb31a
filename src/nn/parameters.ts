/**
 * A network's weights on the device, in the layout that the kernels read: the output channel innermost, its row
 * padded to a multiple of 4 with zeros. Files hold the usual [out, in / groups, height, width] and [out, in].
 */
import type { Gpu } from '../gpu/device.ts';
import { extents, volume, type Architecture, type Layer } from './layer.ts';

/** A tensor as weight files hold it. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Weights = ReadonlyMap<string, WeightTensor>;

/** Shape of one layer's weight in matrix terms; a dense layer has one group. */
export interface ParameterShape {
  readonly layer: string;
  readonly groups: number;
  /** Outputs of one group. */
  readonly outputs: number;
  /** Products per output: in / groups × height × width. */
  readonly depth: number;
  /** The weight's shape in files. */
  readonly fileShape: readonly number[];
}

/** Outputs of a group as stored: a multiple of 4. */
export const pitch = (outputs: number): number => Math.ceil(outputs / 4) * 4;

/** Thrown when weights do not fit the architecture. */
export class WeightShapeError extends Error {
  override readonly name = 'WeightShapeError';
}

/** The shape of every layer that has weights, by layer name. */
export function parameterShapes(architecture: Architecture): ParameterShape[] {
  const inputs = extents(architecture);
  return architecture.layers.flatMap((layer: Layer, index): ParameterShape[] => {
    const input = inputs[index] ?? architecture.input;
    if (layer.kind === 'convolution') {
      const { name, groups, outChannels, kernel } = layer;
      const depth = (input[0] / groups) * kernel * kernel;
      const fileShape = [outChannels, input[0] / groups, kernel, kernel];
      return [{ layer: name, groups, outputs: outChannels / groups, depth, fileShape }];
    }
    if (layer.kind === 'dense') {
      const depth = volume(input);
      return [
        { layer: layer.name, groups: 1, outputs: layer.outputs, depth, fileShape: [layer.outputs, depth] },
      ];
    }
    return [];
  });
}

/** Floats of the weight and of the bias on the device. */
export function parameterSizes({ groups, outputs, depth }: ParameterShape): { weight: number; bias: number } {
  return { weight: groups * depth * pitch(outputs), bias: groups * pitch(outputs) };
}

/** [groups · outputs, depth] → [groups, depth, outputs padded to 4]. */
export function packWeight(
  { groups, outputs, depth }: ParameterShape,
  data: Float32Array,
): Float32Array<ArrayBuffer> {
  const row = pitch(outputs);
  const packed = new Float32Array(groups * depth * row);
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < outputs; output++) {
      for (let k = 0; k < depth; k++) {
        packed[(group * depth + k) * row + output] = data[(group * outputs + output) * depth + k] ?? 0;
      }
    }
  }
  return packed;
}

/** The inverse of `packWeight`. */
export function unpackWeight(
  { groups, outputs, depth }: ParameterShape,
  packed: Float32Array,
): Float32Array<ArrayBuffer> {
  const row = pitch(outputs);
  const data = new Float32Array(groups * outputs * depth);
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < outputs; output++) {
      for (let k = 0; k < depth; k++) {
        data[(group * outputs + output) * depth + k] = packed[(group * depth + k) * row + output] ?? 0;
      }
    }
  }
  return data;
}

/** Names of the device's buffers of a layer. */
export const weightName = (layer: string): string => `${layer}.weight`;
export const biasName = (layer: string): string => `${layer}.bias`;

/** Buffers of every weight and bias, by tensor name. */
export type Parameters = ReadonlyMap<string, GPUBuffer>;

/**
 * Checks every shape and copies the weights to the device.
 * @throws WeightShapeError naming the tensor, the expected and the found shape.
 */
export function uploadParameters(
  gpu: Gpu,
  architecture: Architecture,
  weights: Weights,
  origin: string,
): Parameters {
  const parameters = new Map<string, GPUBuffer>();
  for (const shape of parameterShapes(architecture)) {
    const weight = expect(weights, weightName(shape.layer), shape.fileShape, architecture.name, origin);
    const bias = expect(
      weights,
      biasName(shape.layer),
      [shape.groups * shape.outputs],
      architecture.name,
      origin,
    );
    parameters.set(
      weightName(shape.layer),
      gpu.bufferFrom(weightName(shape.layer), packWeight(shape, weight)),
    );
    parameters.set(
      biasName(shape.layer),
      gpu.bufferFrom(biasName(shape.layer), packWeight({ ...shape, depth: 1 }, bias)),
    );
  }
  return parameters;
}

/** Copies the weights back into the layout of files. */
export async function downloadParameters(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
): Promise<Map<string, WeightTensor>> {
  const weights = new Map<string, WeightTensor>();
  for (const shape of parameterShapes(architecture)) {
    const weight = parameters.get(weightName(shape.layer));
    const bias = parameters.get(biasName(shape.layer));
    if (!weight || !bias) throw new Error(`no parameters for layer ${shape.layer}`);
    weights.set(weight.label, {
      shape: shape.fileShape,
      data: unpackWeight(shape, new Float32Array(await gpu.read(weight))),
    });
    const biasShape = { ...shape, depth: 1 };
    weights.set(bias.label, {
      shape: [shape.groups * shape.outputs],
      data: unpackWeight(biasShape, new Float32Array(await gpu.read(bias))),
    });
  }
  return weights;
}

function expect(
  weights: Weights,
  name: string,
  shape: readonly number[],
  architecture: string,
  origin: string,
): Float32Array {
  const tensor = weights.get(name);
  if (!tensor) {
    throw new WeightShapeError(
      `${origin}: no tensor ${name}, which ${architecture} needs; the file has ${[...weights.keys()].join(', ') || 'none'}`,
    );
  }
  if (tensor.shape.join() !== shape.join()) {
    throw new WeightShapeError(
      `${origin}: ${name} is [${tensor.shape.join(', ')}], ${architecture} expects [${shape.join(', ')}]`,
    );
  }
  return tensor.data;
}
