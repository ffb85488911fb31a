/**
 * The ways to compute a convolution, which its gradient by the input has as well, and their variants: all that differs between
 * them but the text of the shaders. A new way is an entry of `convWays`, and its variants entries of `conv2dVariants`.
 */
import type { Tile } from '../../wgsl/specialise.ts';
import { elementsOf, imagesPerElement } from '../batch-width.ts';
import {
  plainCost,
  plainNeeds,
  stagedWorkgroup,
  wasteOf,
  widestKernel,
  type Variant,
} from '../tuning/variant.ts';
import {
  columnsSeen,
  depthOf,
  elementsOfChannel,
  tilesOfRow,
  tileWidth,
  type ConvTile,
  type Tiling,
} from './conv2d-tiling.ts';

/** What a workgroup makes of a result that is cut into tiles. */
interface WorkgroupShare {
  /** Of all channels that are computed together. */
  readonly tiles: number;
  readonly tilesOfWorkgroup: number;
  /** Output channels of a workgroup. */
  readonly channels: number;
}

/** What is to be known of an entry point. */
interface ConvWay {
  /** Key of the families' `shaders`. */
  readonly shader: 'conv2d' | 'conv2d-quads';
  workgroup(tile: ConvTile, tiling: Tiling): WorkgroupShare;
  /** Whether the shader says how many invocations a workgroup has; default: the variant does. */
  readonly fixedLanes?: true;
  /** The constants that size the tile; absent where nothing is to be sized. */
  constants?(tile: ConvTile, tiling: Tiling): Tile;
  /**
   * Work per useful result on CPU drivers: what a tile computes beyond the edge, and what its loads cost. A load of four lanes costs
   * ten products on SwiftShader (fitted to the `quads` tiles within 3 %), and on lavapipe more than 128 accumulators cost by
   * their number; `tap` also loads every weight in every lane.
   */
  cost(tile: ConvTile, tiling: Tiling): number;
}

/** Tiles that lie in a row of the result. */
const inRows = (tile: ConvTile, tiling: Tiling): WorkgroupShare => ({
  tiles: tiling.positions[0] * tilesOfRow(tile, tiling) * elementsOf(tiling.batch),
  tilesOfWorkgroup: tile.lanes,
  channels: 4 * tile.rows,
});

/** How much more is computed than asked for. */
function beyondOf(tile: ConvTile, tiling: Tiling): number {
  const { tiles } = inRows(tile, tiling);
  return wasteOf(Math.ceil(tiling.outputs / 4), tile.rows) * wasteOf(tiles, tile.lanes);
}

function costOfTaps(tile: ConvTile, tiling: Tiling): number {
  const pixels = tileWidth(tile, tiling);
  const loads = 8 * (1 / (4 * tile.rows) + 1 / (pixels * imagesPerElement(tiling.batch)));
  return 3 * beyondOf(tile, tiling) * wasteOf(tiling.positions[1], pixels) * (1 + loads);
}

function costOfQuads(tile: ConvTile, tiling: Tiling): number {
  const { rows, lanes } = tile;
  const { kernel, stride, positions, batch } = tiling;
  const images = imagesPerElement(batch);
  const pixels = tileWidth(tile, tiling);
  const { from, until } = columnsSeen(pixels, tiling);
  const columns = Array.from({ length: pixels * kernel[1] }, (_, pair) => {
    return Math.floor(pair / kernel[1]) * stride + (pair % kernel[1]);
  });
  const products = 4 * rows * images * columns.filter((column) => column >= from && column < until).length;
  const loads = kernel[1] * rows + images * (until - from);
  const useful = 4 * rows * images * positions[1] * kernel[1];
  const spilt = lanes === 8 ? Math.max(0, 4 * rows * pixels * images - 128) / 256 : 0;
  // Seconds of compiling for a tenth of the time are a poor bargain.
  const long = depthOf(tile, tiling) * rows * pixels > 64 ? 0.25 : 0;
  return (
    (beyondOf(tile, tiling) * (1 + spilt + long) * tilesOfRow(tile, tiling) * (products + 10 * loads)) /
    useful
  );
}

function constantsOfQuads(tile: ConvTile, tiling: Tiling): Tile {
  const PIXELS = tileWidth(tile, tiling);
  const { span, from, until } = columnsSeen(PIXELS, tiling);
  return {
    ROWS: tile.rows,
    PIXELS,
    TAPS: tiling.kernel[1],
    STRIDE: tiling.stride,
    DEPTH: depthOf(tile, tiling),
    SPAN: span,
    FIRST: from,
    END: until,
  };
}

/** By entry point. */
export const convWays = {
  plain: {
    shader: 'conv2d',
    workgroup: ({ lanes }, tiling) => ({
      tiles: elementsOfChannel(tiling),
      tilesOfWorkgroup: lanes,
      channels: 1,
    }),
    cost: () => plainCost,
  },
  tap: {
    shader: 'conv2d',
    workgroup: inRows,
    constants: (tile, tiling) => ({ ROWS: tile.rows, PIXELS: tileWidth(tile, tiling) }),
    cost: costOfTaps,
  },
  staged: {
    shader: 'conv2d',
    // Of 8 × 8 invocations: along the columns, which are pixels and images, and the channels.
    workgroup: ({ rows, pixels }, tiling) => ({
      tiles: elementsOfChannel(tiling),
      tilesOfWorkgroup: 8 * pixels,
      channels: 32 * rows,
    }),
    fixedLanes: true,
    constants: ({ rows: ROWS, pixels: PIXELS }) => ({ ROWS, PIXELS }),
    cost: costOfTaps,
  },
  quads: { shader: 'conv2d-quads', workgroup: inRows, constants: constantsOfQuads, cost: costOfQuads },
} as const satisfies Readonly<Record<string, ConvWay>>;

export interface ConvVariant extends Variant, ConvTile {
  readonly entryPoint: keyof typeof convWays;
  readonly lanes: number;
}

export const wayOf = ({ entryPoint }: ConvVariant): ConvWay => convWays[entryPoint];

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
