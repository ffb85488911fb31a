/**
 * Gradient of a convolution with respect to its input: again a convolution, so conv2d's kernels do it, in all of their
 * variants. See `shaders/conv2d/conv2d-input-gradient.wgsl` for the kernel's weights.
 */
import source from '../../../shaders/conv2d/conv2d-input-gradient.wgsl';
import type { ConvShape } from './conv-shape.ts';
import { convEntries, convShaders, tiledConvolution } from './conv2d.ts';
import { conv2dVariants } from './conv2d-variants.ts';
import { elementwise } from '../elementwise.ts';
import { elementsOf } from '../batch-width.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import type { Target } from '../tuning/variant.ts';

export const conv2dInputGradientFamily = {
  name: 'conv2d-input-gradient',
  group: 'conv2d',
  computes: 'gradient of a convolution by its input: a convolution by weights that are transposed for it',
  shaders: { 'conv2d-input-gradient': source, ...convShaders },
  entries: {
    transpose_weights: { bindings: { weights: read(0), transposed: write(1) } },
    ...convEntries,
  },
  variants: conv2dVariants,
} as const satisfies KernelFamily;

/** How the gradient's convolution goes along one axis. */
interface Axis {
  /** Pixels of the result per position, S: a multiple of the stride. */
  readonly phases: number;
  /** What precedes the first pixel at the first position. */
  readonly offset: number;
  readonly taps: number;
  /** Rows of dy from one position to the next. */
  readonly stride: number;
  readonly padding: number;
  readonly positions: number;
}

function axis(size: number, kernel: number, { stride, padding }: ConvShape, blocks: number): Axis {
  const phases = stride * blocks;
  const offset = padding % phases;
  const reach = Math.floor((kernel - 1) / stride);
  return {
    phases,
    offset,
    taps: reach + blocks,
    stride: blocks,
    padding: reach - (padding - offset) / stride,
    positions: Math.ceil((size + offset) / phases),
  };
}

/**
 * The axes with the blocks that leave least to multiply by zeros: where there are fewer channels than the four that a
 * kernel makes at a time, wider blocks fill them.
 */
function axes(shape: ConvShape): { readonly rows: Axis; readonly columns: Axis; readonly channels: number } {
  const rows = axis(shape.inHeight, shape.kernelHeight, shape, 1);
  const candidates = [1, 2, 4].map((blocks) => {
    const columns = axis(shape.inWidth, shape.kernelWidth, shape, blocks);
    const channels = (rows.phases * columns.phases * shape.inChannels) / shape.groups;
    return { rows, columns, channels, work: Math.ceil(channels / 4) * columns.taps * columns.positions };
  });
  return candidates.reduce((best, candidate) => (candidate.work < best.work ? candidate : best));
}

/** Floats of the weights as `conv2dInputGradient` reads them. */
export function transposedWeightFloats(shape: ConvShape): number {
  const { rows, columns, channels } = axes(shape);
  return shape.outChannels * rows.taps * columns.taps * Math.ceil(channels / 4) * 4;
}

/** Floats of the zeros that it wants as a bias. */
export function inputGradientBiasFloats(shape: ConvShape): number {
  return shape.groups * Math.ceil(axes(shape).channels / 4) * 4;
}

/** The gradient as a convolution of dy by the transposed weights, where that is a plain one of stride 1. */
export function gradientConvolution(shape: ConvShape): ConvShape | undefined {
  const { rows, columns } = axes(shape);
  if (rows.phases !== 1 || columns.phases !== 1 || rows.padding !== columns.padding) return undefined;
  return {
    ...shape,
    inChannels: shape.outChannels,
    outChannels: shape.inChannels,
    inHeight: shape.outHeight,
    inWidth: shape.outWidth,
    outHeight: shape.inHeight,
    outWidth: shape.inWidth,
    padding: rows.padding,
  };
}

/** Binds weights [groups, in, height, width, out] and transposed [groups, out, taps, taps, block and in], innermost padded to 4. */
export function transposeConvWeights(
  shape: ConvShape,
): LaunchOf<typeof conv2dInputGradientFamily, 'transpose_weights'> {
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth, stride } = shape;
  const { rows, columns } = axes(shape);
  const values = transposedWeightFloats(shape);
  const constants = {
    GROUPS: groups,
    IN_CHANNELS: inChannels / groups,
    OUT_CHANNELS: outChannels / groups,
    KERNEL_HEIGHT: kernelHeight,
    KERNEL_WIDTH: kernelWidth,
    STRIDE: stride,
    PHASES_Y: rows.phases,
    PHASES_X: columns.phases,
  };
  return elementwise(conv2dInputGradientFamily, 'transpose_weights', values, {
    constants,
    flops: 0,
    bytes: 8 * values,
  });
}

/**
 * Binds the transposed weights as weights, zeros as bias, dy [out, height, width, batch] as x and dx [in, height, width, batch]
 * as y.
 */
export function conv2dInputGradient(
  shape: ConvShape,
  target: Target,
  variant?: string,
): LaunchOf<typeof conv2dInputGradientFamily, keyof typeof convEntries> {
  const { groups, outChannels, inHeight, inWidth, batch } = shape;
  const { rows, columns, channels } = axes(shape);
  const constants = {
    GROUPS: groups,
    IN_CHANNELS: outChannels / groups,
    OUT_CHANNELS: channels,
    IN_HEIGHT: shape.outHeight,
    IN_WIDTH: shape.outWidth,
    OUT_HEIGHT: inHeight,
    OUT_WIDTH: inWidth,
    KERNEL_HEIGHT: rows.taps,
    KERNEL_WIDTH: columns.taps,
    STRIDE_Y: rows.stride,
    STRIDE_X: columns.stride,
    PADDING_Y: rows.padding,
    PADDING_X: columns.padding,
    PHASES_Y: rows.phases,
    PHASES_X: columns.phases,
    OFFSET_Y: rows.offset,
    OFFSET_X: columns.offset,
    BATCH: elementsOf(batch),
  };
  const tiling = {
    shape,
    constants,
    stride: columns.stride,
    kernel: [rows.taps, columns.taps] as const,
    positions: [rows.positions, columns.positions] as const,
    groups,
    outputs: channels,
    batch,
  };
  return tiledConvolution(conv2dInputGradientFamily, tiling, target, variant);
}
