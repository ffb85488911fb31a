/** Gradient of a convolution with respect to its weights; see `shaders/conv2d-weight-gradient.wgsl`. */
import source from '../../shaders/conv2d-weight-gradient.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { specialise } from '../gpu/specialise.ts';
import { convBytes, convFlops, type ConvShape } from './conv-shape.ts';
import { pick, wasteOf, type Target, type Variant } from './variant.ts';

const row = (lanes: number, suits: Variant['suits']): Variant => {
  return { name: `row${String(lanes)}`, lanes, workgroupMemory: 16 * lanes * 16, suits };
};

/** Lanes run over the images: as many as a subgroup of a CPU adapter has or twice that, a whole warp on a GPU. */
export const conv2dWeightGradientVariants: readonly Variant[] = [
  row(4, ['swiftshader']),
  row(8, ['lavapipe']),
  row(16, ['lavapipe', 'swiftshader']),
  row(32, ['gpu']),
];

/** Bindings: 0 x [in, height, width, batch], 1 dy [out, height, width, batch], 2 dw [in, height, width, out]. */
export function conv2dWeightGradient(shape: ConvShape, target: Target, variant?: string): Launch {
  const cost = ({ lanes }: Variant) => wasteOf(shape.batch / 4, lanes);
  const family = 'conv2d-weight-gradient';
  const { chosen, choice } = pick(family, shape, conv2dWeightGradientVariants, target, cost, variant);
  const constants = {
    GROUPS: shape.groups,
    IN_CHANNELS: shape.inChannels / shape.groups,
    OUT_CHANNELS: shape.outChannels / shape.groups,
    IN_HEIGHT: shape.inHeight,
    IN_WIDTH: shape.inWidth,
    OUT_HEIGHT: shape.outHeight,
    OUT_WIDTH: shape.outWidth,
    KERNEL_HEIGHT: shape.kernelHeight,
    KERNEL_WIDTH: shape.kernelWidth,
    STRIDE: shape.stride,
    PADDING: shape.padding,
    BATCH: shape.batch / 4,
  };
  const kernel = {
    family,
    variant: chosen.name,
    source: specialise(source, { LANES: chosen.lanes, TAPS: shape.kernelWidth }),
    entryPoint: 'row',
    constants,
  };
  return {
    choice,
    kernel,
    workgroups: [
      shape.kernelHeight,
      constants.IN_CHANNELS,
      shape.groups * Math.ceil(constants.OUT_CHANNELS / 4),
    ],
    flops: convFlops(shape),
    bytes: convBytes(shape),
  };
}
