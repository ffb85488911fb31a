/**
 * The ways to compute a matrix product, and their variants: all that differs between them but the text of the shaders. A new
 * way is an entry of `matmulWays`, and its variants entries of `matmulVariants`.
 */
import {
  plainCost,
  plainNeeds,
  stagedWorkgroup,
  wasteOf,
  type Target,
  type Variant,
} from '../tuning/variant.ts';

/** The tile of a variant. */
interface Tile {
  /** Vec4s of rows and of columns of an invocation's tile. */
  readonly rows: number;
  readonly columns: number;
  readonly lanes: number;
}

/** What is computed, in vec4s. */
interface Vectors {
  readonly rowVectors: number;
  readonly columnVectors: number;
}

/** What is to be known of an entry point. */
interface MatmulWay {
  /** Key of the family's `shaders`. */
  readonly shader: 'matmul' | 'matmul-quads';
  /** Rows, and vec4s of columns, that a workgroup makes. */
  workgroup(tile: Tile): readonly [rows: number, columnVectors: number];
  /** Whether the grid has the rows along x; default: the columns. */
  readonly rowsAlongX?: true;
  /** Whether the shader says how many invocations a workgroup has; default: the variant does. */
  readonly fixedLanes?: true;
  /** Whether it reads weights as floats alone; default: as halves, too. */
  readonly floatsOnly?: true;
  /** Time per useful product on CPU drivers: what is computed beyond the edge, and what loads cost. Fitted to both. */
  cost(tile: Tile, product: Vectors, target: Target): number;
}

const loads = ({ rows, columns }: Tile): number => 1 + 8 * (1 / (4 * rows) + 1 / (4 * columns));

const costOfTiles = (factor: number, tile: Tile, { rowVectors, columnVectors }: Vectors): number =>
  factor * wasteOf(rowVectors, tile.rows) * wasteOf(columnVectors, tile.columns * tile.lanes) * loads(tile);

/** Lavapipe keeps more of a tile in registers than SwiftShader, and half of its vectors is idle with four lanes. */
const costOfDriver = ({ lanes }: Tile, { adapter }: Target): number =>
  adapter.kind !== 'lavapipe' ? 1 : lanes === 8 ? 1.2 : 2;

/** Vec4s of rows of a workgroup of `sliced`. */
const slicedRows = 16;

/** By entry point. */
export const matmulWays = {
  plain: { shader: 'matmul', workgroup: ({ lanes }) => [1, lanes], cost: () => plainCost },
  tile: {
    shader: 'matmul',
    workgroup: ({ rows, columns, lanes }) => [4 * rows, lanes * columns],
    cost: (tile, product) => costOfTiles(2, tile, product),
  },
  across: {
    shader: 'matmul',
    workgroup: ({ rows, columns, lanes }) => [4 * rows * lanes, columns],
    rowsAlongX: true,
    cost: (tile, { rowVectors, columnVectors }, target) =>
      costOfDriver(tile, target) *
      wasteOf(rowVectors, tile.lanes * tile.rows) *
      wasteOf(columnVectors, tile.columns) *
      (3 + 5 / tile.columns + 1 / tile.rows),
  },
  sliced: {
    shader: 'matmul',
    workgroup: () => [4 * slicedRows, 1],
    rowsAlongX: true,
    fixedLanes: true,
    cost: (tile, product) => costOfTiles(1, tile, product),
  },
  staged: {
    shader: 'matmul',
    workgroup: ({ rows, columns }) => [32 * rows, 8 * columns],
    fixedLanes: true,
    cost: (tile, product) => costOfTiles(1, tile, product),
  },
  quads: {
    shader: 'matmul-quads',
    workgroup: ({ rows, columns, lanes }) => [4 * rows, lanes * columns],
    floatsOnly: true,
    cost: (tile, product, target) => costOfTiles(costOfDriver(tile, target), tile, product),
  },
} as const satisfies Readonly<Record<string, MatmulWay>>;

/** A variant of the matrix product: an entry point with its tile. */
export interface MatmulVariant extends Variant, Tile {
  readonly entryPoint: keyof typeof matmulWays;
  readonly lanes: number;
  /** Most values of k per loop iteration; the largest divisor of the depth up to it is taken. */
  readonly steps: number;
}

export const wayOf = ({ entryPoint }: MatmulVariant): MatmulWay => matmulWays[entryPoint];

const tile = (
  rows: number,
  columns: number,
  steps: number,
  lanes: number,
  suits: Variant['suits'],
): MatmulVariant => {
  return {
    name: `tile${String(4 * rows)}x${String(4 * columns)}`,
    entryPoint: 'tile',
    rows,
    columns,
    steps,
    lanes,
    workgroupMemory: 0,
    accumulators: 16 * rows * columns,
    privateMemory: 4 * (16 * rows * columns + 5 * columns),
    suits,
  };
};

/**
 * As conv2d's `quads`: every lane of four loads another value of a. Half the time of `tile` on SwiftShader; lavapipe gains
 * where the columns do not fill the lanes of its own tiles, which are `octets`.
 */
const quads = (
  rows: number,
  columns: number,
  steps: number,
  suits: Variant['suits'] = ['swiftshader'],
): MatmulVariant => {
  const name = `quads${String(4 * rows)}x${String(4 * columns)}s${String(steps)}`;
  return {
    name,
    entryPoint: 'quads',
    rows,
    columns,
    steps,
    lanes: 4,
    workgroupMemory: 0,
    accumulators: 16 * rows * columns,
    privateMemory: 4 * (16 * rows * columns + 4 * steps + 4 * steps * columns + 4),
    exchange: 4,
    feature: 'subgroups',
    suits,
  };
};

/** The same with as many lanes as lavapipe's vectors have. */
const octets = (rows: number, columns: number, steps: number): MatmulVariant => {
  const name = `octets${String(4 * rows)}x${String(4 * columns)}s${String(steps)}`;
  return { ...quads(rows, columns, steps, ['lavapipe']), name, lanes: 8 };
};

/**
 * `across`, for few columns, where reading the weights is what costs: every weight is read by one lane, in a vec4 beside
 * its neighbour's, rather than by all of them. Four times the speed of `tile` on lavapipe for four columns, where several
 * vec4s of rows per lane read memory in longer runs; on GPUs the loads are coalesced.
 */
const across = (
  rows: number,
  columns: number,
  steps: number,
  lanes: number,
  suits: Variant['suits'],
): MatmulVariant => {
  const name = `across${String(4 * rows * lanes)}x${String(4 * columns)}`;
  const accumulators = 16 * rows * columns;
  return {
    name,
    entryPoint: 'across',
    rows,
    columns,
    steps,
    lanes,
    workgroupMemory: 0,
    accumulators,
    privateMemory: 4 * (accumulators + rows + 4 * columns + 4),
    suits,
  };
};

/**
 * `sliced`, for GPUs and few columns: 16 lanes read 256 consecutive bytes of weights, and 16 such rows share out the depth, so
 * that 4096 rows make 64 workgroups of 256 rather than the 16 of 64 of `across64x4`: 16 times as many loads on their way,
 * and memory is all that a product of one column waits for. Partial sums take a vec4 of workgroup memory per invocation
 * and column, 16 KiB at four columns, the least that WebGPU promises; a tree of four barriers adds them up.
 */
const sliced: MatmulVariant = {
  name: 'sliced64x4',
  entryPoint: 'sliced',
  rows: 1,
  columns: 1,
  steps: 1,
  lanes: 256,
  workgroupMemory: 16_384,
  accumulators: 16,
  privateMemory: 64,
  gpu: { teraflops: 9.5, stepNs: 28, workgroupNs: 7.6 },
  suits: ['gpu'],
};

/**
 * `staged` tiles, for GPUs: as conv2d's, 8 × 8 invocations of `rows` × `columns` vec4s. 2 × 1 in 3 KiB for products that
 * make few workgroups, 2 × 2 in 4 KiB for large ones: it reads as long as it multiplies. Copies of both operands are
 * coalesced, 128 consecutive bytes per k.
 */
const staged = (rows: number, columns: number): MatmulVariant => {
  return {
    name: `staged${String(32 * rows)}x${String(32 * columns)}`,
    rows,
    columns,
    steps: 1,
    ...stagedWorkgroup(rows, columns),
    gpu: { teraflops: rows * columns > 2 ? 32 : 35, stepNs: rows * columns > 2 ? 120 : 75 },
  };
};

/** The formula, a row of one vec4 of columns per invocation. */
const plain: MatmulVariant = {
  ...plainNeeds,
  rows: 1,
  columns: 1,
  steps: 1,
  gpu: { teraflops: 2.5, stepNs: 370 },
};

/** Steps: SwiftShader copies every accumulator once per iteration, so that many steps share the cost; lavapipe does not. */
export const matmulVariants: readonly MatmulVariant[] = [
  quads(9, 2, 10),
  quads(5, 2, 10),
  quads(3, 1, 10, ['swiftshader', 'lavapipe']),
  octets(2, 4, 1),
  octets(4, 1, 5),
  { ...tile(5, 4, 10, 4, ['swiftshader']), name: 'steps20x16' },
  { ...tile(4, 4, 10, 4, ['swiftshader']), name: 'steps16x16' },
  { ...tile(4, 2, 10, 4, ['swiftshader']), name: 'steps16x8' },
  { ...tile(3, 2, 10, 4, ['swiftshader']), name: 'steps12x8' },
  { ...tile(4, 1, 10, 4, ['swiftshader']), name: 'steps16x4' },
  tile(4, 2, 1, 16, ['lavapipe']),
  tile(4, 1, 1, 16, ['lavapipe']),
  tile(3, 1, 1, 16, ['lavapipe']),
  across(1, 1, 4, 16, ['lavapipe']),
  across(1, 2, 4, 16, ['swiftshader', 'lavapipe']),
  { ...across(1, 1, 4, 64, ['swiftshader', 'gpu']), gpu: { teraflops: 20, stepNs: 130 } },
  across(4, 1, 1, 8, ['lavapipe']),
  { ...tile(2, 1, 1, 64, ['gpu']), gpu: { teraflops: 22, stepNs: 150 } },
  sliced,
  staged(2, 1),
  staged(2, 2),
  plain,
];
