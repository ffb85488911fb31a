/** Convolution, forward; see `shaders/conv2d/conv2d.wgsl` for the layouts. */
import source from '../../../shaders/conv2d/conv2d.wgsl';
import quadsSource from '../../../shaders/conv2d/conv2d-quads.wgsl';
import { linearWorkgroups, type Workgroups } from '../../gpu/kernel.ts';
import { elementsOf, forImages, imagesPerElement } from '../batch-width.ts';
import { entriesOf, launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import { argmaxOfPool } from '../layers/max-pool.ts';
import { pick, type Target } from '../tuning/variant.ts';
import { convBytes, convFlops, type ConvShape } from './conv-shape.ts';
import { convCost } from './conv2d-cost.ts';
import type { Tiling } from './conv2d-tiling.ts';
import { conv2dVariants, convWays, wayOf, type ConvVariant } from './conv2d-variants.ts';

export const convShaders = { conv2d: source, 'conv2d-quads': quadsSource } as const;

/** Entry points of the shaders: the gradient by the input is a convolution, too, and has them as well. */
export const convEntries = entriesOf(convWays, {
  weights: read(0),
  bias: read(1),
  x: read(2),
  y: write(3),
  argmax: argmaxOfPool,
});

export const conv2dFamily = {
  name: 'conv2d',
  group: 'conv2d',
  computes: 'convolution with bias: strides, padding, groups; a rectified linear unit if one follows',
  shaders: convShaders,
  entries: convEntries,
  variants: conv2dVariants,
} as const satisfies KernelFamily;

/** A family whose entry points are those of a convolution. */
type ConvFamily = KernelFamily & { readonly entries: typeof convEntries };

/** A launch of any of a convolution's entry points. */
export type ConvLaunch = LaunchOf<ConvFamily, keyof typeof convEntries>;

/** Binds weights [in, height, width, out], bias [out], x [in, height, width, batch] and y [out, height, width, batch]. */
export function conv2d(shape: ConvShape, target: Target, variant?: string): ConvLaunch {
  const { kernelHeight, kernelWidth, stride } = shape;
  const constants = forwardConstants(shape);
  const tiling: Tiling = {
    shape,
    constants,
    stride,
    kernel: [kernelHeight, kernelWidth],
    positions: [shape.outHeight, shape.outWidth],
    groups: shape.groups,
    outputs: shape.outChannels / shape.groups,
    batch: shape.batch,
  };
  return tiledConvolution(conv2dFamily, tiling, target, variant);
}

/** The launch of a convolution, or of a gradient that is one. */
export function tiledConvolution(
  family: ConvFamily,
  tiling: Tiling,
  target: Target,
  variant: string | undefined,
): ConvLaunch {
  const { constants, shape, batch } = tiling;
  const costOf = (candidate: ConvVariant) => convCost(candidate, tiling, target);
  const { chosen, choice } = pick(family.name, shape, conv2dVariants, target, costOf, variant);
  const { entryPoint, lanes } = chosen;
  const way = wayOf(chosen);
  const tile = way.constants?.(chosen, tiling);
  return launchOf(family, entryPoint, {
    choice,
    variant: chosen.name,
    specialisation: { ...forImages(imagesPerElement(batch)), ...(tile && { tile }) },
    constants: way.fixedLanes ? constants : { ...constants, LANES: lanes },
    workgroups: gridOf(chosen, tiling),
    flops: convFlops(shape),
    bytes: convBytes(shape),
  });
}

/** Workgroups of a variant: tiles along x and y, groups with their channels along z. */
function gridOf(variant: ConvVariant, tiling: Tiling): Workgroups {
  const { tiles, tilesOfWorkgroup, channels } = wayOf(variant).workgroup(variant, tiling);
  const [x, y] = linearWorkgroups(tiles, tilesOfWorkgroup);
  return [x, y, tiling.groups * Math.ceil(tiling.outputs / channels)];
}

/** What `shaders/lib/conv-shape.wgsl` takes of a convolution. */
export function forwardConstants(shape: ConvShape) {
  return {
    GROUPS: shape.groups,
    IN_CHANNELS: shape.inChannels / shape.groups,
    OUT_CHANNELS: shape.outChannels / shape.groups,
    IN_HEIGHT: shape.inHeight,
    IN_WIDTH: shape.inWidth,
    OUT_HEIGHT: shape.outHeight,
    OUT_WIDTH: shape.outWidth,
    KERNEL_HEIGHT: shape.kernelHeight,
    KERNEL_WIDTH: shape.kernelWidth,
    STRIDE_Y: shape.stride,
    STRIDE_X: shape.stride,
    PADDING_Y: shape.padding,
    PADDING_X: shape.padding,
    BATCH: elementsOf(shape.batch),
  };
}
