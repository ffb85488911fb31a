/** Convolution, forward; see `shaders/conv2d/conv2d.wgsl` for the layouts. */
import source from '../../../shaders/conv2d/conv2d.wgsl';
import quadsSource from '../../../shaders/conv2d/conv2d-quads.wgsl';
import { linearWorkgroups, type Launch } from '../../gpu/kernel.ts';
import { threeHalvesPower } from '../../random/fixed-math.ts';
import { elementsOf, forImages, imagesPerElement } from '../batch-width.ts';
import { convBytes, convFlops, type ConvShape } from './conv-shape.ts';
import {
  compilingShare,
  pick,
  plainCost,
  plainNeeds,
  gpuCost,
  stagedWorkgroup,
  wasteOf,
  widestKernel,
  type Target,
  type Variant,
} from '../tuning/variant.ts';

export interface ConvVariant extends Variant {
  readonly entryPoint: 'plain' | 'quads' | 'tap' | 'staged';
  /** Vec4s of output channels, and neighbouring output columns of four images, of an invocation's tile. */
  readonly rows: number;
  readonly pixels: number;
}

/**
 * `quads` tiles, for CPU drivers, where a load is what costs: each lane of four loads another weight and they swap them.
 * Several times the speed of `tap`. Wider tiles than these gain little more and take seconds to compile.
 */
const quads = (rows: number, pixels: number): ConvVariant => {
  return {
    name: `quads${String(4 * rows)}x${String(pixels)}`,
    entryPoint: 'quads',
    rows,
    pixels,
    lanes: 4,
    workgroupMemory: 0,
    accumulators: 16 * rows * pixels,
    // Weights of a row of taps in four lanes' order, and the columns that a tile of stride 4 sees.
    privateMemory: 4 * (16 * rows * pixels + 4 * widestKernel + 4 * (4 * (pixels - 1) + widestKernel)),
    exchange: 4,
    feature: 'subgroups',
    suits: ['swiftshader'],
  };
};

/**
 * The same with as many lanes as lavapipe's vectors have: with four, half of each instruction is idle. It is slow to
 * compile tiles that are larger than 8 × 4. Where 4 × 16 holds a whole row, nothing is multiplied by its padding, which is
 * half of LeNet's second gradient.
 */
const octets = (rows: number, pixels: number): ConvVariant => {
  const name = `octets${String(4 * rows)}x${String(pixels)}`;
  return { ...quads(rows, pixels), name, lanes: 8, suits: ['lavapipe'] };
};

/**
 * `tap` tiles, for lavapipe: LLVM keeps 16 registers of 8 lanes, and a tile of 16 channels × 2 columns still pays
 * although it spills; longer code only costs compile time (seconds). On GPUs the same loop reads weights through
 * the constant path; 64 lanes of one tile each keep loads of x coalesced over the batch.
 */
const tap = (rows: number, pixels: number, lanes: number, suits: Variant['suits']): ConvVariant => {
  const name = `tap${String(4 * rows)}x${String(pixels)}`;
  const accumulators = 16 * rows * pixels;
  const privateMemory = 4 * (accumulators + 4 * pixels);
  return {
    name,
    entryPoint: 'tap',
    rows,
    pixels,
    lanes,
    workgroupMemory: 0,
    accumulators,
    privateMemory,
    suits,
  };
};

/**
 * `staged` tiles, for GPUs: 8 × 8 invocations, each with `rows` vec4s of channels of `pixels` columns of four images.
 * 1 × 2 has 32 accumulators per invocation and 3 KiB of workgroup memory: some 50 registers, so that a core of 64 Ki
 * holds 20 workgroups. Its three vec4s per step feed 32 products a lane: on cores that read 128 bytes of workgroup memory
 * while they do 128 products, reading takes half as long again as multiplying. 2 × 2 reads four for 64 and is even, in 4 KiB
 * and some 90 registers (11 workgroups); it has half as many workgroups, too few for small layers. Lanes
 * of a row share a vec4 of weights (a broadcast), those of a column read consecutive vec4s, without bank conflicts; copies
 * of weights are coalesced over channels, those of the input over the batch.
 */
const staged = (rows: number, pixels: number): ConvVariant => {
  return {
    name: `staged${String(32 * rows)}x${String(8 * pixels)}`,
    rows,
    pixels,
    ...stagedWorkgroup(rows, pixels),
    gpu: { teraflops: 30, stepNs: rows * pixels > 2 ? 100 : 55 },
  };
};

/** The formula, one channel of one position per invocation. */
const plain: ConvVariant = {
  ...plainNeeds,
  rows: 1,
  pixels: 1,
  gpu: { teraflops: 5.5, stepNs: 150 },
};

export const conv2dVariants: readonly ConvVariant[] = [
  quads(5, 4),
  quads(3, 4),
  quads(2, 8),
  quads(2, 4),
  quads(1, 8),
  quads(1, 16),
  octets(2, 4),
  octets(1, 4),
  octets(1, 8),
  octets(1, 16),
  tap(4, 2, 16, ['lavapipe']),
  tap(5, 2, 16, ['lavapipe']),
  tap(2, 2, 16, ['lavapipe']),
  tap(1, 2, 16, ['lavapipe']),
  staged(1, 2),
  staged(2, 2),
  plain,
];

/** Bindings: 0 weights, 1 bias, 2 x [in, height, width, batch], 3 y [out, height, width, batch]. */
export function conv2d(shape: ConvShape, target: Target, variant?: string): Launch {
  const { kernelHeight, kernelWidth, stride, padding } = shape;
  const constants = { ...forwardConstants(shape), PADDING_Y: padding, PADDING_X: padding };
  const tiling: Tiling = {
    family: 'conv2d',
    shape,
    constants,
    stride,
    kernel: [kernelHeight, kernelWidth],
    positions: [shape.outHeight, shape.outWidth],
    groups: shape.groups,
    outputs: shape.outChannels / shape.groups,
    batch: shape.batch,
  };
  return { ...tiledConvolution(tiling, target, variant), flops: convFlops(shape), bytes: convBytes(shape) };
}

/** What decides the tiles and the grid of `shaders/conv2d/conv2d.wgsl`. */
export interface Tiling {
  readonly family: string;
  /** That the convolution, or the gradient, was asked for. */
  readonly shape: ConvShape;
  /** All `override` constants of the shader but the number of lanes. */
  readonly constants: Readonly<Record<string, number>>;
  /** Along a row. */
  readonly stride: number;
  readonly kernel: readonly [height: number, width: number];
  /** What the tiles share out: pixels of the result, or blocks of them. */
  readonly positions: readonly [rows: number, columns: number];
  readonly groups: number;
  /** Channels of a position per group. */
  readonly outputs: number;
  /** Images: 1, 2 or a multiple of 4. */
  readonly batch: number;
}

/** The kernel and grid for a convolution, or for a gradient that is one. */
export function tiledConvolution(
  tiling: Tiling,
  target: Target,
  variant: string | undefined,
): Pick<Launch, 'kernel' | 'workgroups' | 'choice'> {
  const { family, constants, kernel, stride, positions, outputs, batch } = tiling;
  const images = imagesPerElement(batch);
  const columns = elementsOf(batch);
  const costOf = (candidate: ConvVariant) =>
    target.adapter.kind === 'gpu'
      ? costOnGpu(candidate, tiling)
      : cost(candidate, tiling) + compiling(candidate, tiling, target);
  const { chosen, choice } = pick(family, tiling.shape, conv2dVariants, target, costOf, variant);
  const { rows, lanes, entryPoint } = chosen;
  const [height, width] = positions;
  if (entryPoint === 'staged') {
    const tile = { ROWS: rows, PIXELS: chosen.pixels };
    const specialisation = { ...forImages(images), tile };
    const kernel = { family, variant: chosen.name, source, specialisation, entryPoint, constants };
    return { choice, kernel, workgroups: stagedGrid(chosen, tiling) };
  }
  if (entryPoint === 'plain') {
    const launched = { ...constants, LANES: lanes };
    const specialisation = forImages(images);
    const kernel = { family, variant: chosen.name, source, specialisation, entryPoint, constants: launched };
    return { choice, kernel, workgroups: grid(height * width * columns, lanes, tiling.groups * outputs) };
  }
  const z = tiling.groups * Math.ceil(Math.ceil(outputs / 4) / rows);
  const pixels = tileWidth(chosen, tiling);
  const tile = { ROWS: rows, PIXELS: pixels };
  const { span, from, until } = columnsSeen(pixels, tiling);
  const seen = { SPAN: span, FROM: from, UNTIL: until };
  const whole = {
    ...tile,
    TAPS: kernel[1],
    STEP: stride,
    DEEP: depthOf(chosen, tiling),
    ...seen,
  };
  const specialised = {
    family,
    variant: chosen.name,
    source: entryPoint === 'quads' ? quadsSource : source,
    specialisation: { ...forImages(images), tile: entryPoint === 'quads' ? whole : tile },
    entryPoint,
    constants: { ...constants, LANES: lanes },
  };
  return {
    choice,
    kernel: specialised,
    workgroups: grid(height * Math.ceil(width / pixels) * columns, lanes, z),
  };
}

/**
 * Channels of the input at a time: several where the kernel has but one column, as long as none is left over. With lanes of
 * eight it is slower: four columns of four channels of eight lanes are more than the registers hold.
 */
function depthOf(
  { lanes }: ConvVariant,
  { constants: { IN_CHANNELS = 1 }, kernel: [, taps] }: Tiling,
): number {
  return lanes === 4 && taps === 1 && IN_CHANNELS % 4 === 0 ? 4 : 1;
}

/** Columns of a tile: more of one or two images than of four, and no more than share out the row evenly. */
function tileWidth({ pixels }: ConvVariant, { positions: [, width], batch }: Tiling): number {
  const most = (4 * pixels) / imagesPerElement(batch);
  return Math.ceil(width / Math.ceil(width / most));
}

/** Columns of the input that a tile sees, and which of them may lie in the image: a tile that is alone in its row knows. */
function columnsSeen(pixels: number, { constants, kernel: [, taps], stride, positions: [, width] }: Tiling) {
  const span = (pixels - 1) * stride + taps;
  const { PADDING_X: padding = 0, IN_WIDTH: inside = 0 } = constants;
  if (pixels < width) return { span, from: 0, until: span };
  return { span, from: Math.max(0, padding), until: Math.min(span, padding + inside) };
}

/** Workgroups of 8 × 8 invocations: along the columns, which are pixels and images, and the channels. */
function stagedGrid({ rows, pixels }: ConvVariant, tiling: Tiling): Launch['workgroups'] {
  const { groups, outputs, positions, batch } = tiling;
  const [height, width] = positions;
  const rowTiles = Math.ceil(Math.ceil(outputs / 4) / (8 * rows));
  return grid(height * width * elementsOf(batch), 8 * pixels, groups * rowTiles);
}

function grid(count: number, lanes: number, z: number): Launch['workgroups'] {
  const [x, y] = linearWorkgroups(count, lanes);
  return [x, y, z];
}

function forwardConstants(shape: ConvShape) {
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
    BATCH: elementsOf(shape.batch),
  };
}

/** Microseconds of a variant that was made for GPUs. */
function costOnGpu({ entryPoint, rows, pixels, lanes, gpu }: ConvVariant, tiling: Tiling): number {
  const { positions, kernel, groups, outputs, batch } = tiling;
  const [height, width] = positions;
  const columns = height * width * elementsOf(batch);
  const depth = (tiling.constants['IN_CHANNELS'] ?? 1) * kernel[0] * kernel[1];
  const beyond =
    entryPoint === 'plain'
      ? wasteOf(columns, lanes)
      : wasteOf(Math.ceil(outputs / 4), 8 * rows) * wasteOf(columns, 8 * pixels);
  return gpuCost(gpu, 2 * depth * groups * outputs * height * width * batch * beyond, depth, 0);
}

/**
 * Work per useful result: what a tile computes beyond the edge, and what its loads cost. A load of four lanes costs ten
 * products on SwiftShader (fitted to the `quads` tiles within 3 %), and on lavapipe more than 128 accumulators cost by
 * their number; `tap` also loads every weight in every lane.
 */
function cost(variant: ConvVariant, tiling: Tiling): number {
  const { entryPoint, rows, lanes } = variant;
  const { kernel, stride, positions, outputs, batch } = tiling;
  const [height, width] = positions;
  const images = imagesPerElement(batch);
  if (entryPoint === 'plain') return plainCost;
  const pixels = tileWidth(variant, tiling);
  const tilesOfRow = Math.ceil(width / pixels);
  const tiles = height * tilesOfRow * elementsOf(batch);
  const beyond = wasteOf(Math.ceil(outputs / 4), rows) * wasteOf(tiles, lanes);
  if (entryPoint === 'quads') {
    const { from, until } = columnsSeen(pixels, tiling);
    const columns = Array.from({ length: pixels * kernel[1] }, (_, pair) => {
      return Math.floor(pair / kernel[1]) * stride + (pair % kernel[1]);
    });
    const products = 4 * rows * images * columns.filter((column) => column >= from && column < until).length;
    const loads = kernel[1] * rows + images * (until - from);
    const useful = 4 * rows * images * width * kernel[1];
    const spilt = lanes === 8 ? Math.max(0, 4 * rows * pixels * images - 128) / 256 : 0;
    // Seconds of compiling for a tenth of the time are a poor bargain.
    const long = depthOf(variant, tiling) * rows * pixels > 64 ? 0.25 : 0;
    return (beyond * (1 + spilt + long) * tilesOfRow * (products + 10 * loads)) / useful;
  }
  const loads = 8 * (1 / (4 * rows) + 1 / (pixels * images));
  return 3 * beyond * wasteOf(width, pixels) * (1 + loads);
}

/** Operations a second of SwiftShader at cost 1. */
const swiftshaderRate = 15e9;

/** Three seconds for 1600 products that are written out, fitted to SwiftShader. */
function compiling(variant: ConvVariant, tiling: Tiling, target: Target): number {
  if (variant.entryPoint === 'plain') return 0;
  const { kernel, batch, shape } = tiling;
  const tile = 4 * variant.rows * tileWidth(variant, tiling) * imagesPerElement(batch);
  const seconds = 3 * threeHalvesPower((tile * kernel[1] * depthOf(variant, tiling)) / 1600);
  return compilingShare(seconds, convFlops(shape) / swiftshaderRate, target);
}
