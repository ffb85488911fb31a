/** Convolution, forward; see `shaders/conv2d.wgsl` for the layouts. */
import source from '../../shaders/conv2d.wgsl';
import quadsSource from '../../shaders/conv2d-quads.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { specialise } from '../gpu/specialise.ts';
import { convBytes, convConstants, convFlops, type ConvShape } from './conv-shape.ts';
import { pick, wasteOf, type Target, type Variant } from './variant.ts';

export interface ConvVariant extends Variant {
  readonly entryPoint: 'quads' | 'tap' | 'row' | 'staged';
  /** Vec4s of output channels, and neighbouring output columns, of an invocation's tile. */
  readonly rows: number;
  readonly pixels: number;
}

/**
 * `quads` tiles, for CPU drivers, where a load is what costs: each lane of four loads another weight and they swap them.
 * Twice the speed of `row` and `tap`, with shorter code. Wider tiles than these gain little more and take seconds to
 * compile; lavapipe is slow to compile all of them that are larger than 8 × 4.
 */
const quads = (rows: number, pixels: number, suits: Variant['suits'] = ['swiftshader']): ConvVariant => {
  const name = `quads${String(4 * rows)}x${String(pixels)}`;
  return {
    name,
    entryPoint: 'quads',
    rows,
    pixels,
    lanes: 4,
    workgroupMemory: 0,
    feature: 'subgroups',
    suits,
  };
};

/**
 * `row` tiles, for SwiftShader: its loops copy every accumulator once per iteration and its loads cost as much as eight
 * multiplications of vec4s, so that a whole kernel row per iteration is worth three times the speed of `tap`.
 */
const row = (rows: number, pixels: number): ConvVariant => {
  const name = `row${String(4 * rows)}x${String(pixels)}`;
  return { name, entryPoint: 'row', rows, pixels, lanes: 4, workgroupMemory: 0, suits: ['swiftshader'] };
};

/**
 * `tap` tiles, for lavapipe: LLVM keeps 16 registers of 8 lanes, and a tile of 16 channels × 2 columns still pays
 * although it spills; longer code only costs compile time (seconds). On GPUs the same loop reads weights through
 * the constant path; 64 lanes of one tile each keep loads of x coalesced over the batch.
 */
const tap = (rows: number, pixels: number, lanes: number, suits: Variant['suits']): ConvVariant => {
  const name = `tap${String(4 * rows)}x${String(pixels)}`;
  return { name, entryPoint: 'tap', rows, pixels, lanes, workgroupMemory: 0, suits };
};

/**
 * `staged`, for GPUs: 32 channels × 16 columns per workgroup of 64. Each staged vec4 is used 8 or 16 times from workgroup
 * memory; 3 KiB of it and 32 accumulators per invocation leave room for many workgroups per core, and lanes of a
 * row read consecutive vec4s, without bank conflicts.
 */
const staged: ConvVariant = {
  name: 'staged32x16',
  entryPoint: 'staged',
  rows: 8,
  pixels: 1,
  lanes: 64,
  workgroupMemory: 3072,
  suits: ['gpu'],
};

export const conv2dVariants: readonly ConvVariant[] = [
  quads(5, 4),
  quads(3, 4),
  quads(2, 8),
  quads(2, 4, ['swiftshader', 'lavapipe']),
  quads(1, 8),
  row(5, 4),
  row(4, 4),
  row(1, 4),
  tap(4, 2, 16, ['lavapipe']),
  tap(5, 2, 16, ['lavapipe']),
  tap(2, 2, 16, ['lavapipe']),
  tap(1, 2, 16, ['lavapipe']),
  tap(2, 1, 64, []),
  staged,
];

/** Bindings: 0 weights, 1 bias, 2 x [in, height, width, batch], 3 y [out, height, width, batch]. */
export function conv2d(shape: ConvShape, target: Target, variant?: string): Launch {
  const chosen = pick('conv2d', conv2dVariants, target, (candidate) => cost(candidate, shape), variant);
  const constants = convConstants(shape);
  const vectors = Math.ceil(constants.OUT_CHANNELS / 4);
  const columns = shape.batch / 4;
  const work = { flops: convFlops(shape), bytes: convBytes(shape) };
  if (chosen.entryPoint === 'staged') {
    const kernel = {
      family: 'conv2d',
      variant: chosen.name,
      source,
      entryPoint: chosen.entryPoint,
      constants,
    };
    const x = Math.ceil((shape.outHeight * shape.outWidth * columns) / 16);
    return { kernel, workgroups: [x, 1, shape.groups * Math.ceil(vectors / 8)], ...work };
  }
  const { rows, pixels, lanes, entryPoint } = chosen;
  const tile = {
    ROWS: rows,
    PIXELS: pixels,
    TAPS: shape.kernelWidth,
    STEP: shape.stride,
    SPAN: (pixels - 1) * shape.stride + shape.kernelWidth,
  };
  const kernel = {
    family: 'conv2d',
    variant: chosen.name,
    source: specialise(entryPoint === 'quads' ? quadsSource : source, tile),
    entryPoint: entryPoint === 'quads' ? 'main' : entryPoint,
    constants: { ...constants, LANES: lanes },
  };
  const y = shape.outHeight * Math.ceil(shape.outWidth / pixels);
  return {
    kernel,
    workgroups: [Math.ceil(columns / lanes), y, shape.groups * Math.ceil(vectors / rows)],
    ...work,
  };
}

/**
 * Work per useful result: what a tile computes beyond the edge, and what its loads cost. A load of four lanes costs ten
 * products on SwiftShader (fitted to the `quads` tiles within 3 %); `row` and `tap` also load every weight in every lane.
 */
function cost({ entryPoint, rows, pixels, lanes }: ConvVariant, shape: ConvShape): number {
  const vectors = Math.ceil(shape.outChannels / shape.groups / 4);
  const beyond = wasteOf(vectors, rows) * wasteOf(shape.batch / 4, lanes);
  if (entryPoint === 'staged') return beyond;
  const computed = beyond * wasteOf(shape.outWidth, pixels);
  if (entryPoint === 'quads') {
    const columns = (pixels - 1) * shape.stride + shape.kernelWidth;
    return computed * (1 + (10 / (16 * pixels)) * (1 + (4 * columns) / (shape.kernelWidth * rows)));
  }
  const loads = 8 * (1 / (4 * rows) + 1 / pixels / 4);
  return (entryPoint === 'row' ? 3 : 1) * computed * (1 + loads);
}
