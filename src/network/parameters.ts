/**
 * The shapes of a network's weights, in files and on the device. Files hold the usual [out, in / groups, height, width] and
 * [out, in]; the kernels read the output channel innermost, its row padded to a multiple of 4 with zeros.
 */
import type { DeviceMemory } from '../gpu/device.ts';
import type { BindingLimit } from '../kernels/tuning/variant.ts';
import { SentenceError } from '../util/sentence.ts';

/** A tensor as weight files hold it. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** How a file stores it; default: F32. */
  readonly dtype?: 'F16' | 'F32';
}

/** Weights and biases as files hold them, by name: `conv1.weight`, `conv1.bias`. */
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
export class WeightShapeError extends SentenceError {
  override readonly name = 'WeightShapeError';
}

/** Thrown when a weight is too large for how it is to be stored. */
export class WeightRangeError extends Error {
  override readonly name = 'WeightRangeError';
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

/** Some of the rows or columns of a matrix. */
export interface Slice {
  readonly first: number;
  readonly count: number;
}

/** A slice begins where a binding may begin: at a multiple of 256 bytes. */
const sliceStep = 64;

/**
 * A matrix [depth, columns] cut into slices of columns that fit a binding each. One, but for the largest dense layers:
 * AlexNet's fc6 has 144 MiB, WebGPU promises 128.
 */
export function slicesOf(columns: number, depth: number, { limits }: BindingLimit): Slice[] {
  const most = Math.floor(limits.maxStorageBufferBindingSize / (4 * depth));
  if (pitch(columns) <= most) return [{ first: 0, count: columns }];
  const widest = Math.max(sliceStep, Math.floor(most / sliceStep) * sliceStep);
  const slices = Math.ceil(columns / widest);
  const width = Math.ceil(columns / slices / sliceStep) * sliceStep;
  return Array.from({ length: Math.ceil(columns / width) }, (_, index) => {
    const first = index * width;
    return { first, count: Math.min(width, columns - first) };
  });
}

/** One buffer of a weight. */
export interface WeightPart {
  readonly name: string;
  readonly shape: ParameterShape;
  /** Output at which it begins. */
  readonly first: number;
}

/** The buffers of a weight: one, or slices of its outputs where it exceeds a binding. */
export function weightParts(shape: ParameterShape, target: BindingLimit): WeightPart[] {
  if (shape.groups > 1) return [{ name: weightName(shape.layer), shape, first: 0 }];
  return slicesOf(shape.outputs, shape.depth, target).map(({ first, count }, index) => ({
    name: partName(weightName(shape.layer), index),
    shape: { ...shape, outputs: count },
    first,
  }));
}

/** How dense weights are kept on the device: exact, or in half the memory, two halves to a word. */
export const denseStorages = ['f32', 'f16'] as const;
/** How the device holds weights of dense layers: as floats of 32 or of 16 bits. */
export type DenseStorage = (typeof denseStorages)[number];

/** Words of 32 bits that a weight of so many values takes. */
export function storedWords(values: number, isDense: boolean, storage: DenseStorage): number {
  return isDense && storage === 'f16' ? values / 2 : values;
}

export const isDense = ({ fileShape }: ParameterShape): boolean => fileShape.length === 2;

/** Name of the buffer that holds a slice of a tensor. */
export const partName = (tensor: string, index: number): string =>
  index === 0 ? tensor : `${tensor} part ${String(index + 1)}`;

/** Names of the device's buffers of a layer. */
export const weightName = (layer: string): string => `${layer}.weight`;
export const biasName = (layer: string): string => `${layer}.bias`;

/** Where the device has every weight and bias, by tensor name. */
export type Parameters = ReadonlyMap<string, DeviceMemory>;

/** A dense weight may be stored as the product of two factors, left [outputs, rank] and right [rank, depth]. */
export const factorNames = (layer: string): readonly [left: string, right: string] => [
  `${weightName(layer)}.left`,
  `${weightName(layer)}.right`,
];
