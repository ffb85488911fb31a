/** The variants of a convolution with a pool: their tiles and what they cost. */
import type { Tile } from '../../wgsl/specialise.ts';
import { elementsOf, imagesPerElement } from '../batch-width.ts';
import {
  gpuCost,
  plainCost,
  plainNeeds,
  wasteOf,
  widestKernel,
  type Target,
  type Variant,
} from '../tuning/variant.ts';
import { convFlops, type ConvShape } from './conv-shape.ts';
import { compilingCost } from './conv2d-cost.ts';

/**
 * Side of the windows, whose sums an invocation holds all at a time: what the variants need is stated for it. Larger windows mostly
 * overlap.
 */
export const windowSide = 2;

/** A convolution and the side of the windows whose maximum is taken of its result. */
export interface ConvMaxPoolShape extends ConvShape {
  readonly size: number;
}

/** Windows of a row and column that lie in the convolution’s result. */
export const pooledExtent = ({
  outHeight,
  outWidth,
  size,
}: ConvMaxPoolShape): readonly [height: number, width: number] => [
  Math.floor(outHeight / size),
  Math.floor(outWidth / size),
];

export interface ConvMaxPoolVariant extends Variant {
  readonly entryPoint: 'plain' | 'staged' | 'quads';
  /** Vec4s of output channels of an invocation's tile. */
  readonly rows: number;
  /** Neighbouring windows of four images of a tile. */
  readonly windows: number;
}

/** Windows of a tile: more of one or two images than of four, and no more than share out the row evenly. */
export function windowsOfTile({ windows }: ConvMaxPoolVariant, shape: ConvMaxPoolShape): number {
  const [, width] = pooledExtent(shape);
  const most = (4 * windows) / imagesPerElement(shape.batch);
  return Math.ceil(width / Math.ceil(width / most));
}

/** The constants that size a variant's tile. */
export function tileOf(variant: ConvMaxPoolVariant, shape: ConvMaxPoolShape): Tile {
  const { size: SIZE, stride: STRIDE, kernelWidth: TAPS } = shape;
  const { rows: ROWS, entryPoint } = variant;
  if (entryPoint !== 'quads') return { SIZE, ROWS };
  const WINDOWS = windowsOfTile(variant, shape);
  const PIXELS = WINDOWS * SIZE;
  return { SIZE, ROWS, WINDOWS, PIXELS, TAPS, STRIDE, SPAN: (PIXELS - 1) * STRIDE + TAPS };
}

/** As `conv2d`'s: each lane of a quad loads another weight, and they swap them. */
const quads = (rows: number, windows: number): ConvMaxPoolVariant => {
  const pixels = 2 * windows;
  return {
    name: `quads${String(4 * rows)}x${String(windows)}`,
    entryPoint: 'quads',
    rows,
    windows,
    lanes: 4,
    workgroupMemory: 0,
    accumulators: 32 * rows * pixels,
    // Sums, weights of a row of taps in four lanes' order, two rows of the input that a tile of stride 4 sees, what is stored.
    privateMemory: 4 * (32 * rows * pixels + 4 * widestKernel + 8 * (4 * (pixels - 1) + widestKernel) + 4),
    exchange: 4,
    feature: 'subgroups',
    suits: ['swiftshader'],
  };
};

/** The same with as many lanes as lavapipe's vectors have. */
const octets = (rows: number, windows: number): ConvMaxPoolVariant => {
  const name = `octets${String(4 * rows)}x${String(windows)}`;
  return { ...quads(rows, windows), name, lanes: 8, suits: ['lavapipe'] };
};

/** For GPUs: 8 × 8 invocations, each with the sums of a window of one vec4 of channels and four images. */
const staged: ConvMaxPoolVariant = {
  name: 'staged32x8',
  entryPoint: 'staged',
  rows: 1,
  windows: 1,
  lanes: 64,
  workgroupMemory: 16 * 64 * (1 + 4),
  accumulators: 64,
  privateMemory: 4 * (64 + 16),
  suits: ['gpu'],
  gpu: { teraflops: 30, stepNs: 100 },
};

/** The formula, one window of one channel per invocation. */
const plain: ConvMaxPoolVariant = {
  ...plainNeeds,
  rows: 1,
  windows: 1,
  gpu: { teraflops: 5.5, stepNs: 600 },
};

export const conv2dMaxPoolVariants: readonly ConvMaxPoolVariant[] = [
  quads(1, 4),
  quads(1, 2),
  quads(2, 2),
  octets(1, 1),
  octets(1, 2),
  octets(1, 4),
  staged,
  plain,
];

/** What a variant costs for a shape; only the order of the costs counts. */
export function costOf(variant: ConvMaxPoolVariant, shape: ConvMaxPoolShape, target: Target): number {
  if (target.adapter.kind === 'gpu') return costOnGpu(variant, shape);
  return variant.entryPoint === 'quads'
    ? costOfQuads(variant, shape) + compiling(variant, shape, target)
    : plainCost;
}

/** Microseconds of a variant that was made for GPUs. */
function costOnGpu({ gpu, rows, entryPoint }: ConvMaxPoolVariant, shape: ConvMaxPoolShape): number {
  const channelQuads = Math.ceil(shape.outChannels / shape.groups / 4);
  const beyond = entryPoint === 'staged' ? wasteOf(channelQuads, 8 * rows) : 1;
  const depth = (shape.inChannels / shape.groups) * shape.kernelHeight * shape.kernelWidth;
  return gpuCost(gpu, convFlops(shape) * beyond, depth, 0);
}

/** Work per useful result, counted as for `conv2d`'s quads: a load costs ten products. */
function costOfQuads(variant: ConvMaxPoolVariant, shape: ConvMaxPoolShape): number {
  const { rows, lanes } = variant;
  const { size, stride, kernelWidth, outChannels, groups, batch } = shape;
  const images = imagesPerElement(batch);
  const [height, width] = pooledExtent(shape);
  const windows = windowsOfTile(variant, shape);
  const pixels = windows * size;
  const tilesOfRow = Math.ceil(width / windows);
  const beyond =
    wasteOf(Math.ceil(outChannels / groups / 4), rows) *
    wasteOf(height * tilesOfRow * elementsOf(batch), lanes);
  const products = 4 * rows * images * size * pixels * kernelWidth;
  const loads = kernelWidth * rows + images * size * ((pixels - 1) * stride + kernelWidth);
  const useful = 4 * rows * images * size * size * width * kernelWidth;
  return (beyond * tilesOfRow * (products + 10 * loads)) / useful;
}

function compiling(variant: ConvMaxPoolVariant, shape: ConvMaxPoolShape, target: Target): number {
  const { size, kernelWidth, batch } = shape;
  const pixels = windowsOfTile(variant, shape) * size;
  const unrolled = 4 * variant.rows * size * pixels * imagesPerElement(batch) * kernelWidth;
  return compilingCost(unrolled, shape, target);
}
