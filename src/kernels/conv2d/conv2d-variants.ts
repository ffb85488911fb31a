/** The variants of a convolution, which its gradient by the input has as well. */
import { plainNeeds, stagedWorkgroup, widestKernel, type Variant } from '../tuning/variant.ts';

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
