/** The transforms around a convolution of stride 1 that multiplies less; see `shaders/conv2d/winograd.wgsl`. */
import source from '../../../shaders/conv2d/winograd.wgsl';
import type { ConvShape } from './conv-shape.ts';
import { elementwise } from '../elementwise.ts';
import type { BindingLimit, Target } from '../tuning/variant.ts';
import { read, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

export const winogradFamily = {
  name: 'winograd',
  group: 'conv2d',
  computes:
    'convolution of 3 × 3 by Winograd’s transforms; the products between them are a convolution of 1 × 1',
  shaders: { winograd: source },
  entries: {
    filter_transform: {
      bindings: { weights: read(0), bias: read(1), transformed: write(2), transformed_bias: write(3) },
    },
    input_transform: { bindings: { x: read(4), tiles: write(5) } },
    output_transform: { bindings: { products: read(6), y: write(7) } },
  },
} as const satisfies KernelFamily;

/** Sides of the tiles that are multiplied point by point: F(2×2, 3×3) has 4; F(4×4, 3×3) and F(2×2, 5×5) have 6. */
export type TileSize = 4 | 6;

/** A convolution of stride 1 as products of tiles. */
export interface WinogradShape {
  readonly convolution: ConvShape;
  readonly size: TileSize;
}

/** Whether a convolution can be done so at all. */
export function fitsWinograd({ convolution, size }: WinogradShape): boolean {
  const { kernelHeight, kernelWidth, stride, padding } = convolution;
  return (
    stride === 1 &&
    padding >= 0 &&
    kernelHeight === kernelWidth &&
    kernelHeight < size &&
    [3, 5].includes(kernelHeight)
  );
}

/** Channels per group from which the products outweigh the transforms. */
const fewestChannels = 64;

/**
 * How a convolution is done by tiles, where that is faster; it was where it was measured, on two CPU adapters: kernels of
 * 3 × 3, in tiles of 6, as soon as tiles and images fill the lanes. Tiles of 4 save less than their transforms cost,
 * and those of 5 × 5 kernels are so many that writing them takes what they save.
 */
export function winogradFor(
  convolution: ConvShape,
  target: Target & BindingLimit,
): WinogradShape | undefined {
  const shape: WinogradShape = { convolution, size: 6 };
  const { groups, inChannels, outChannels, kernelHeight, batch } = convolution;
  if (kernelHeight !== 3 || !fitsWinograd(shape)) return undefined;
  if (Math.min(inChannels, outChannels) / groups < fewestChannels) return undefined;
  const [down, across] = tilesOf(shape);
  const fewest = target.adapter.kind === 'swiftshader' ? 64 : 128;
  if (down * across * batch < fewest) return undefined;
  const { tiles, products } = winogradFloats(shape);
  const fits = 4 * Math.max(tiles, products) <= target.limits.maxStorageBufferBindingSize;
  return fits ? shape : undefined;
}

const sideOf = ({ convolution, size }: WinogradShape): number => size - convolution.kernelHeight + 1;

/** Tiles down and across. */
function tilesOf(shape: WinogradShape): readonly [down: number, across: number] {
  const { outHeight, outWidth } = shape.convolution;
  return [Math.ceil(outHeight / sideOf(shape)), Math.ceil(outWidth / sideOf(shape))];
}

/** Floats of the tensors between the three steps, and of the transformed weights and bias. */
export function winogradFloats(shape: WinogradShape) {
  const { groups, inChannels, outChannels, batch } = shape.convolution;
  const [down, across] = tilesOf(shape);
  const planes = shape.size * shape.size;
  const pitch = Math.ceil(outChannels / groups / 4) * 4;
  return {
    tiles: planes * inChannels * down * across * batch,
    products: planes * outChannels * down * across * batch,
    weights: planes * inChannels * pitch,
    bias: planes * groups * pitch,
  };
}

/** The step between: a pointwise convolution of the tiles, each point of which is a group of its own. */
export function winogradProducts(shape: WinogradShape): ConvShape {
  const { groups, inChannels, outChannels, batch } = shape.convolution;
  const [down, across] = tilesOf(shape);
  const planes = shape.size * shape.size;
  return {
    groups: planes * groups,
    inChannels: planes * inChannels,
    outChannels: planes * outChannels,
    // In one row, which tiles share out with less left over.
    inHeight: 1,
    inWidth: down * across,
    outHeight: 1,
    outWidth: down * across,
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: 0,
    batch,
  };
}

/** Binds weights and bias as `conv2d` reads them, transformed and transformed_bias, of `winogradFloats`. */
export function winogradFilterTransform(
  shape: WinogradShape,
): LaunchOf<typeof winogradFamily, 'filter_transform'> {
  const { weights, bias } = winogradFloats(shape);
  const invocations = weights / (shape.size * shape.size);
  return launch(shape, 'filter_transform', invocations, 4 * (weights + bias));
}

/** Binds x [in, height, width, batch] and tiles. */
export function winogradInputTransform(
  shape: WinogradShape,
): LaunchOf<typeof winogradFamily, 'input_transform'> {
  const { inChannels, inHeight, inWidth, batch } = shape.convolution;
  const { tiles } = winogradFloats(shape);
  const bytes = 4 * (tiles + inChannels * inHeight * inWidth * batch);
  return launch(shape, 'input_transform', tiles / (shape.size * shape.size), bytes);
}

/** Binds products of the tiles and y [out, height, width, batch]. */
export function winogradOutputTransform(
  shape: WinogradShape,
): LaunchOf<typeof winogradFamily, 'output_transform'> {
  const { outChannels, outHeight, outWidth, batch } = shape.convolution;
  const { products } = winogradFloats(shape);
  const bytes = 4 * (products + outChannels * outHeight * outWidth * batch);
  return launch(shape, 'output_transform', products / (shape.size * shape.size), bytes);
}

function launch<E extends EntryOf<typeof winogradFamily>>(
  shape: WinogradShape,
  entryPoint: E,
  invocations: number,
  bytes: number,
): LaunchOf<typeof winogradFamily, E> {
  const { convolution, size } = shape;
  if (!fitsWinograd(shape)) {
    const { kernelHeight, kernelWidth, stride } = convolution;
    throw new RangeError(
      `a kernel of ${String(kernelHeight)} × ${String(kernelWidth)} with stride ${String(stride)} makes no squares of ${String(size)}`,
    );
  }
  const { groups, inChannels, outChannels, batch } = convolution;
  const tile = { SIZE: size, M: sideOf(shape) };
  const constants = {
    GROUPS: groups,
    IN_CHANNELS: inChannels / groups,
    OUT_CHANNELS: outChannels / groups,
    IN_HEIGHT: convolution.inHeight,
    IN_WIDTH: convolution.inWidth,
    OUT_HEIGHT: convolution.outHeight,
    OUT_WIDTH: convolution.outWidth,
    KERNEL: convolution.kernelHeight,
    PADDING: convolution.padding,
    BATCH: batch,
  };
  return elementwise(winogradFamily, entryPoint, invocations, {
    specialisation: { tile },
    constants,
    flops: 0,
    bytes,
  });
}
