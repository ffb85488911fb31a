/**
 * Gradient of a convolution, or of a dense layer, with respect to its weights and biases; see
 * `shaders/conv2d/conv2d-weight-gradient.wgsl` and `…-quads.wgsl`.
 */
import source from '../../../shaders/conv2d/conv2d-weight-gradient.wgsl';
import quadsSource from '../../../shaders/conv2d/conv2d-weight-gradient-quads.wgsl';
import { linearWorkgroups, type Workgroups } from '../../gpu/kernel.ts';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import { convBytes, convFlops, type ConvShape } from './conv-shape.ts';
import {
  gpuCost,
  pick,
  plainCost,
  plainNeeds,
  wasteOf,
  widestKernel,
  type GpuRates,
  type Target,
  type Variant,
} from '../tuning/variant.ts';

export interface WeightGradientVariant extends Variant {
  readonly entryPoint: 'plain' | 'row' | 'staged' | 'quads';
  /** Quads of output channels of an invocation's tile. */
  readonly rows: number;
  /** Taps of an invocation's tile; of `row` a whole row of the kernel. */
  readonly taps?: number;
}

/**
 * Lanes run over the rows of pixels of all images: as many on a GPU as there is workgroup memory for, since there a lane waits
 * for memory at every pixel; few on CPU adapters, where it is for those without subgroups.
 */
const row = (lanes: number, suits: Variant['suits'], gpu?: GpuRates): WeightGradientVariant => {
  const name = `row${String(lanes)}`;
  return {
    name,
    entryPoint: 'row',
    rows: 1,
    lanes,
    // A vec4 of each tap and of half of the lanes, of the widest kernel.
    workgroupMemory: 8 * lanes * widestKernel,
    accumulators: 16 * widestKernel,
    privateMemory: 64 * widestKernel,
    ...(gpu && { gpu }),
    suits,
  };
};

/**
 * For GPUs, where taps are many and pixels few, as in dense layers, which have one pixel: there a workgroup of `row` would be one
 * for every four numbers of the result. LeNet's ip1 makes 400 workgroups of 32 × 32.
 */
const staged = (rows: number, taps: number, gpu: GpuRates): WeightGradientVariant => {
  const accumulators = 16 * rows * taps;
  return {
    name: `staged${String(32 * rows)}x${String(8 * taps)}`,
    entryPoint: 'staged',
    rows,
    taps,
    lanes: 64,
    workgroupMemory: 128 * (32 * rows + 8 * taps + 2),
    accumulators,
    privateMemory: 4 * (accumulators + 4 * taps),
    gpu,
    suits: ['gpu'],
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
const plain: WeightGradientVariant = {
  ...plainNeeds,
  rows: 1,
  taps: 1,
  gpu: { teraflops: 0.9, stepNs: 1500 },
};

/** An iteration takes a pixel of a row, for which every lane waits; measured with 32 lanes. */
const rowRates = { teraflops: 15, stepNs: 300 };

export const conv2dWeightGradientVariants: readonly WeightGradientVariant[] = [
  quads(5, 4),
  quads(5, 2),
  octets(5, 4),
  octets(3, 2),
  row(8, ['lavapipe', 'swiftshader']),
  row(32, ['gpu'], { ...rowRates, workgroupNs: 0.5 }),
  row(128, ['gpu'], { ...rowRates, workgroupNs: 1 }),
  row(256, ['gpu'], { ...rowRates, workgroupNs: 2 }),
  staged(1, 4, { teraflops: 25, stepNs: 150 }),
  plain,
];

const bindings = { x: read(0), dy: read(1), dw: write(2), db: write(3) };

export const conv2dWeightGradientFamily = {
  name: 'conv2d-weight-gradient',
  group: 'conv2d',
  computes: 'gradient of a convolution or of a dense layer by its weights and biases',
  shaders: { 'conv2d-weight-gradient': source, 'conv2d-weight-gradient-quads': quadsSource },
  entries: {
    plain: { bindings },
    row: { bindings },
    staged: { bindings },
    quads: { shader: 'conv2d-weight-gradient-quads', bindings },
  },
  variants: conv2dWeightGradientVariants,
} as const satisfies KernelFamily;

/**
 * Binds x [in, height, width, batch], dy [out, height, width, batch], dw [in, height, width, out], and db [groups, out / groups], the
 * innermost of the last two padded to 4 of each group.
 */
export function conv2dWeightGradient(
  shape: ConvShape,
  target: Target,
  variant?: string,
): LaunchOf<typeof conv2dWeightGradientFamily, WeightGradientVariant['entryPoint']> {
  const { name: family } = conv2dWeightGradientFamily;
  const costOf = (candidate: WeightGradientVariant) =>
    target.adapter.kind === 'gpu' ? costOnGpu(candidate, shape) : cost(candidate, shape);
  const { chosen, choice } = pick(family, shape, conv2dWeightGradientVariants, target, costOf, variant);
  const { outChannels, outHeight, outWidth, batch } = shape;
  return launchOf(conv2dWeightGradientFamily, chosen.entryPoint, {
    ...settingsOf(chosen, shape),
    choice,
    variant: chosen.name,
    workgroups: gridOf(chosen, shape),
    flops: convFlops(shape) + outChannels * outHeight * outWidth * batch,
    bytes: convBytes(shape) + 4 * outChannels,
  });
}

/** The gradient of a dense layer is that of a convolution of one pixel by a kernel of one. */
export const denseShape = (depth: number, outputs: number, batch: number): ConvShape => ({
  groups: 1,
  inChannels: depth,
  outChannels: outputs,
  inHeight: 1,
  inWidth: 1,
  outHeight: 1,
  outWidth: 1,
  kernelHeight: 1,
  kernelWidth: 1,
  stride: 1,
  padding: 0,
  batch,
});

function settingsOf({ entryPoint, lanes, rows, taps }: WeightGradientVariant, shape: ConvShape) {
  const constants = constantsOf(shape);
  const { groups: GROUPS, kernelWidth } = shape;
  switch (entryPoint) {
    case 'quads':
      return {
        specialisation: { tile: { ROWS: rows, TAPS: taps ?? 1 } },
        constants: { ...constants, LANES: lanes },
      };
    case 'staged':
      return { specialisation: { tile: { ROWS: rows, TAPS: taps ?? 1 } }, constants };
    case 'row':
    case 'plain':
      return {
        specialisation: { tile: { LANES: lanes, TAPS: taps ?? kernelWidth } },
        constants: { ...constants, GROUPS },
      };
  }
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

/** Taps of a group, and vec4s of its output channels. */
function sizesOf({ groups, inChannels, outChannels, kernelHeight, kernelWidth }: ConvShape) {
  const taps = (inChannels / groups) * kernelHeight * kernelWidth;
  return { taps, channelQuads: Math.ceil(outChannels / groups / 4) };
}

/** Taps, and vec4s of output channels, that a workgroup of tiles makes. */
export const tileOf = ({ entryPoint, lanes, rows, taps = 1 }: WeightGradientVariant) =>
  entryPoint === 'staged' ? { taps: 8 * taps, rows: 8 * rows } : { taps: lanes * taps, rows };

/** The biases are made as the taps are: by one more tap, tile of taps, or channel that comes in. */
function gridOf(variant: WeightGradientVariant, shape: ConvShape): Workgroups {
  const { groups, inChannels, kernelHeight } = shape;
  const { taps, channelQuads } = sizesOf(shape);
  const tile = tileOf(variant);
  const rows = Math.ceil(channelQuads / tile.rows);
  switch (variant.entryPoint) {
    case 'plain':
      return linearWorkgroups(groups * (taps + 1) * channelQuads, variant.lanes);
    case 'row':
      return [kernelHeight, inChannels / groups + 1, groups * channelQuads];
    case 'staged':
      return [Math.ceil((taps + 1) / tile.taps), rows, groups];
    case 'quads':
      return [Math.ceil(taps / tile.taps) + 1, rows, groups];
  }
}

const workgroupsOf = (variant: WeightGradientVariant, shape: ConvShape): number =>
  gridOf(variant, shape).reduce((product, count) => product * count, 1);

/** Cores of a middling machine: what no workgroup is there for stands still. */
const cores = 4;

/** Time per useful product, fitted to both CPU drivers: what is computed beyond the edge, idle cores, and what loads cost. */
function cost(variant: WeightGradientVariant, shape: ConvShape): number {
  const { entryPoint, lanes, rows, taps = 1 } = variant;
  if (entryPoint === 'plain') return plainCost;
  if (entryPoint === 'row') return 4 * wasteOf((shape.batch / 4) * shape.outHeight, lanes);
  const all = sizesOf(shape);
  const tile = tileOf(variant);
  const idle = Math.max(1, cores / workgroupsOf(variant, shape));
  const beyond = wasteOf(all.channelQuads, tile.rows) * wasteOf(all.taps, tile.taps);
  return beyond * idle * (1 + 2 / (4 * rows) + 2 / taps);
}

/** Microseconds of a variant that was made for GPUs. */
function costOnGpu(variant: WeightGradientVariant, shape: ConvShape): number {
  const { entryPoint, lanes, gpu } = variant;
  const { batch, outHeight, outWidth } = shape;
  const [flops, workgroups] = [convFlops(shape), workgroupsOf(variant, shape)];
  const positions = (outHeight * batch) / 4;
  if (entryPoint === 'row')
    return gpuCost(
      gpu,
      flops * wasteOf(positions, lanes),
      outWidth * Math.ceil(positions / lanes),
      workgroups,
    );
  const all = sizesOf(shape);
  const tile = tileOf(variant);
  const beyond =
    entryPoint === 'plain' ? 1 : wasteOf(all.channelQuads, tile.rows) * wasteOf(all.taps, tile.taps);
  return gpuCost(gpu, flops * beyond, outWidth * positions, workgroups);
}
