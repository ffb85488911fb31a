/** Sums and products of what flows through an ONNX graph with constants of the file. */
import type { OnnxNode } from './onnx-node.ts';
import type { Tensor } from './tensor.ts';
import type { AffineLayer, WeightedLayer } from './weight-file.ts';

/**
 * Whether a sum with it adds one number to each output, or the same to all: the last axis of a dense layer, the channels of a
 * convolution.
 */
export function isPerOutput({ shape, data }: Tensor, kind: WeightedLayer['kind']): boolean {
  const axis = kind === 'dense' ? shape.length - 1 : shape.length - 3;
  return data.length === 1 || shape[axis] === data.length;
}

/**
 * @param isFirst the constant is the node's first input
 * @returns undefined where it is neither a sum nor a product with the constant, as in constant − x
 */
export function constantSum(
  { operator }: OnnxNode,
  values: Float32Array,
  isFirst: boolean,
): Pick<AffineLayer, 'scale' | 'shift'> | undefined {
  const ones = new Float64Array(values.length).fill(1);
  const zeros = new Float64Array(values.length);
  switch (operator) {
    case 'Add':
      return { scale: ones, shift: Float64Array.from(values) };
    case 'Mul':
      return { scale: Float64Array.from(values), shift: zeros };
    case 'Sub':
      return isFirst ? undefined : { scale: ones, shift: Float64Array.from(values, (value) => -value) };
    case 'Div':
      return isFirst ? undefined : { scale: Float64Array.from(values, (value) => 1 / value), shift: zeros };
    default:
      return undefined;
  }
}
