/**
 * Gradient of a convolution with respect to its input: again a convolution, so conv2d's kernels do it, in all of their
 * variants. See `shaders/conv2d-input-gradient.wgsl` for the kernel's weights.
 */
import source from '../../shaders/conv2d-input-gradient.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { convBytes, convFlops, type ConvShape } from './conv-shape.ts';
import { tiledConvolution } from './conv2d.ts';
import { elementwise } from './elementwise.ts';
import type { Target } from './variant.ts';

/** Taps of a phase: those of the kernel that are a stride apart. */
const tapsOf = (kernel: number, stride: number): number => Math.ceil(kernel / stride);

/** Floats of the weights as `conv2dInputGradient` reads them. */
export function turnedWeightFloats(shape: ConvShape): number {
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth, stride } = shape;
  const taps = tapsOf(kernelHeight, stride) * tapsOf(kernelWidth, stride);
  return stride * stride * outChannels * taps * Math.ceil(inChannels / groups / 4) * 4;
}

/** Bindings: 0 weights [groups, in, height, width, out], 1 turned [groups, stride², out, height, width, in], innermost padded to 4. */
export function turnConvWeights(shape: ConvShape): Launch {
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth, stride, padding } = shape;
  const values = turnedWeightFloats(shape);
  const constants = {
    GROUPS: groups,
    IN_CHANNELS: inChannels / groups,
    OUT_CHANNELS: outChannels / groups,
    KERNEL_HEIGHT: kernelHeight,
    KERNEL_WIDTH: kernelWidth,
    STRIDE: stride,
    PADDING: padding,
  };
  return elementwise({ family: 'conv2d-input-gradient', source, entryPoint: 'turn', constants }, values, {
    flops: 0,
    bytes: 8 * values,
  });
}

/** Bindings: 0 turned weights, 1 zeros, 2 dy [out, height, width, batch], 3 dx [in, height, width, batch]. */
export function conv2dInputGradient(shape: ConvShape, target: Target, variant?: string): Launch {
  const { groups, inChannels, outChannels, inHeight, inWidth, stride, batch } = shape;
  const height = tapsOf(shape.kernelHeight, stride);
  const width = tapsOf(shape.kernelWidth, stride);
  const constants = {
    GROUPS: groups,
    IN_CHANNELS: outChannels / groups,
    OUT_CHANNELS: inChannels / groups,
    IN_HEIGHT: shape.outHeight,
    IN_WIDTH: shape.outWidth,
    OUT_HEIGHT: inHeight,
    OUT_WIDTH: inWidth,
    KERNEL_HEIGHT: height,
    KERNEL_WIDTH: width,
    STRIDE: 1,
    PADDING_Y: height - 1,
    PADDING_X: width - 1,
    SPREAD: stride,
    LEAD: shape.padding,
    BATCH: batch / 4,
  };
  const tiling = {
    family: 'conv2d-input-gradient',
    constants,
    stride: 1,
    kernel: [height, width] as const,
    phases: stride * stride,
    extent: [Math.ceil(inHeight / stride), Math.ceil(inWidth / stride)] as const,
    groups,
    outputs: inChannels / groups,
    columns: batch / 4,
  };
  return { ...tiledConvolution(tiling, target, variant), flops: convFlops(shape), bytes: convBytes(shape) };
}
