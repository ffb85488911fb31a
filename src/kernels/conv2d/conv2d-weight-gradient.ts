/** Gradient of a convolution with respect to its weights; see `shaders/conv2d/conv2d-weight-gradient.wgsl` and `…-quads.wgsl`. */
import source from '../../../shaders/conv2d/conv2d-weight-gradient.wgsl';
import quadsSource from '../../../shaders/conv2d/conv2d-weight-gradient-quads.wgsl';
import { linearWorkgroups, type Workgroups } from '../../gpu/kernel.ts';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import { convBytes, convFlops, type ConvShape } from './conv-shape.ts';
import {
  pick,
  plainCost,
  plainNeeds,
  wasteOf,
  widestKernel,
  type Target,
  type Variant,
} from '../tuning/variant.ts';

export interface WeightGradientVariant extends Variant {
  readonly entryPoint: 'plain' | 'row' | 'quads';
  /** Quads of output channels of an invocation's tile. */
  readonly rows: number;
  /** Taps of an invocation's tile; of `row` a whole row of the kernel. */
  readonly taps?: number;
}

/** Lanes run over the images: a whole warp on a GPU, few on CPU adapters, where it is for those without subgroups. */
const row = (lanes: number, suits: Variant['suits']): WeightGradientVariant => {
  const name = `row${String(lanes)}`;
  return {
    name,
    entryPoint: 'row',
    rows: 1,
    lanes,
    // TAPS vec4s of each lane, of the widest kernel.
    workgroupMemory: 16 * lanes * 16,
    accumulators: 16 * widestKernel,
    privateMemory: 64 * widestKernel,
    suits,
  };
};

/** Three times the speed of `row` on either CPU adapter: a load of a lane's own serves as many products. */
const quads = (
  rows: number,
  taps: number,
  suits: Variant['suits'] = ['swiftshader'],
): WeightGradientVariant => {
  return {
    name: `quads${String(4 * rows)}x${String(taps)}`,
    entryPoint: 'quads',
    rows,
    taps,
    lanes: 4,
    workgroupMemory: 0,
    accumulators: 4 * rows * taps,
    // Of a tap: its place, its value and whether it is inside; of a row its place and four lanes' slopes.
    privateMemory: 4 * (4 * rows * taps + 10 * taps + 2 * rows + 16),
    exchange: 4,
    feature: 'subgroups',
    suits,
  };
};

/** The same with as many lanes as lavapipe's vectors have. */
const octets = (rows: number, taps: number): WeightGradientVariant => {
  return { ...quads(rows, taps, ['lavapipe']), name: `octets${String(4 * rows)}x${String(taps)}`, lanes: 8 };
};

/** The formula, four output channels of a tap per invocation. */
const plain: WeightGradientVariant = { ...plainNeeds, rows: 1, taps: 1 };

export const conv2dWeightGradientVariants: readonly WeightGradientVariant[] = [
  quads(5, 4),
  quads(5, 2),
  octets(5, 4),
  octets(3, 2),
  row(8, ['lavapipe', 'swiftshader']),
  row(32, ['gpu']),
  plain,
];

const bindings = { x: read(0), dy: read(1), dw: write(2) };

export const conv2dWeightGradientFamily = {
  name: 'conv2d-weight-gradient',
  group: 'conv2d',
  computes: 'gradient of a convolution by its weights',
  shaders: { 'conv2d-weight-gradient': source, 'conv2d-weight-gradient-quads': quadsSource },
  entries: {
    plain: { bindings },
    row: { bindings },
    quads: { shader: 'conv2d-weight-gradient-quads', bindings },
  },
  variants: conv2dWeightGradientVariants,
} as const satisfies KernelFamily;

/** Binds x [in, height, width, batch], dy [out, height, width, batch] and dw [in, height, width, out]. */
export function conv2dWeightGradient(
  shape: ConvShape,
  target: Target,
  variant?: string,
): LaunchOf<typeof conv2dWeightGradientFamily, WeightGradientVariant['entryPoint']> {
  const { name: family } = conv2dWeightGradientFamily;
  const costOf = (candidate: WeightGradientVariant) => cost(candidate, shape);
  const { chosen, choice } = pick(family, shape, conv2dWeightGradientVariants, target, costOf, variant);
  const { entryPoint, lanes, rows, taps: TAPS = shape.kernelWidth } = chosen;
  const constants = constantsOf(shape);
  const settings =
    entryPoint === 'quads'
      ? { specialisation: { tile: { ROWS: rows, TAPS } }, constants: { ...constants, LANES: lanes } }
      : {
          specialisation: { tile: { LANES: lanes, TAPS } },
          constants: { ...constants, GROUPS: shape.groups },
        };
  return launchOf(conv2dWeightGradientFamily, entryPoint, {
    ...settings,
    choice,
    variant: chosen.name,
    workgroups: gridOf(chosen, shape),
    flops: convFlops(shape),
    bytes: convBytes(shape),
  });
}

const constantsOf = (shape: ConvShape) => ({
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
});

function gridOf({ entryPoint, lanes, rows, taps }: WeightGradientVariant, shape: ConvShape): Workgroups {
  const inChannels = shape.inChannels / shape.groups;
  const channelQuads = Math.ceil(shape.outChannels / shape.groups / 4);
  if (taps === undefined) return [shape.kernelHeight, inChannels, shape.groups * channelQuads];
  const all = inChannels * shape.kernelHeight * shape.kernelWidth;
  if (entryPoint === 'plain') return linearWorkgroups(shape.groups * all * channelQuads, lanes);
  return [Math.ceil(all / (lanes * taps)), Math.ceil(channelQuads / rows), shape.groups];
}

/** Cores of a middling machine: what no workgroup is there for stands still. */
const cores = 4;

/** Time per useful product, fitted to both CPU drivers: what is computed beyond the edge, idle cores, and what loads cost. */
function cost(variant: WeightGradientVariant, shape: ConvShape): number {
  const { entryPoint, lanes, rows, taps } = variant;
  if (entryPoint === 'plain') return plainCost;
  const channelQuads = Math.ceil(shape.outChannels / shape.groups / 4);
  if (taps === undefined) return 4 * wasteOf(shape.batch / 4, lanes);
  const all = (shape.inChannels / shape.groups) * shape.kernelHeight * shape.kernelWidth;
  const workgroups = gridOf(variant, shape).reduce((product, count) => product * count, 1);
  const idle = Math.max(1, cores / workgroups);
  return wasteOf(channelQuads, rows) * wasteOf(all, lanes * taps) * idle * (1 + 2 / (4 * rows) + 2 / taps);
}
