/** Matrix product; see `shaders/matmul.wgsl` for the layouts. */
import source from '../../shaders/matmul.wgsl';
import quadsSource from '../../shaders/matmul-quads.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { specialise } from '../gpu/specialise.ts';
import { pick, wasteOf, type Target, type Variant } from './variant.ts';

export interface MatmulShape {
  /** M: rows of the result. */
  readonly rows: number;
  /** N: columns of the result. */
  readonly columns: number;
  /** K: what is summed over. */
  readonly depth: number;
}

export interface MatmulVariant extends Variant {
  readonly entryPoint: 'quads' | 'tile' | 'staged';
  /** Vec4s of rows and of columns of an invocation's tile. */
  readonly rows: number;
  readonly columns: number;
  /** Most values of k per loop iteration; the largest divisor of the depth up to it is taken. */
  readonly steps: number;
}

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
    suits,
  };
};

/**
 * As conv2d's `quads`: every lane of four loads another value of a. Half the time of `tile` on SwiftShader; lavapipe
 * gains nothing.
 */
const quads = (rows: number, columns: number, steps: number): MatmulVariant => {
  const name = `quads${String(4 * rows)}x${String(4 * columns)}s${String(steps)}`;
  return {
    name,
    entryPoint: 'quads',
    rows,
    columns,
    steps,
    lanes: 4,
    workgroupMemory: 0,
    suits: ['swiftshader'],
  };
};

/** Steps: SwiftShader copies every accumulator once per iteration, so that many steps share the cost; lavapipe does not. */
export const matmulVariants: readonly MatmulVariant[] = [
  quads(9, 2, 10),
  quads(5, 2, 10),
  quads(3, 1, 10),
  { ...tile(5, 4, 10, 4, ['swiftshader']), name: 'steps20x16' },
  { ...tile(4, 4, 10, 4, ['swiftshader']), name: 'steps16x16' },
  { ...tile(4, 2, 10, 4, ['swiftshader']), name: 'steps16x8' },
  { ...tile(3, 2, 10, 4, ['swiftshader']), name: 'steps12x8' },
  { ...tile(4, 1, 10, 4, ['swiftshader']), name: 'steps16x4' },
  tile(4, 2, 1, 16, ['lavapipe']),
  tile(4, 1, 1, 16, ['lavapipe']),
  tile(3, 1, 1, 16, ['lavapipe']),
  tile(2, 1, 1, 64, ['gpu']),
  /**
   * For GPUs: 64 rows × 32 columns per workgroup of 64; each staged vec4 is used 8 times or more out of 3 KiB of
   * workgroup memory, and both loads of a stage are coalesced.
   */
  {
    name: 'staged64x32',
    entryPoint: 'staged',
    rows: 16,
    columns: 8,
    steps: 8,
    lanes: 64,
    workgroupMemory: 3072,
    suits: ['gpu'],
  },
];

/** Bindings: 0 a [depth, rows], 1 bias [rows], 2 b [depth, columns], 3 c [rows, columns]; rows of memory are padded to 4. */
export function matmul(shape: MatmulShape, target: Target, variant?: string): Launch {
  const chosen = pick('matmul', matmulVariants, target, (candidate) => waste(candidate, shape), variant);
  const { rows, columns, depth } = shape;
  const rowVectors = Math.ceil(rows / 4);
  const columnVectors = Math.ceil(columns / 4);
  const constants = { DEPTH: depth, A_PITCH: rowVectors, M: rows, N_VECTORS: columnVectors };
  const work = {
    flops: 2 * rows * columns * depth,
    bytes: 4 * (rows * depth + columns * depth + rows * columns),
  };
  if (chosen.entryPoint === 'staged') {
    const kernel = {
      family: 'matmul',
      variant: chosen.name,
      source,
      entryPoint: chosen.entryPoint,
      constants,
    };
    return { kernel, workgroups: [Math.ceil(columnVectors / 8), Math.ceil(rowVectors / 16), 1], ...work };
  }
  const kernel = {
    family: 'matmul',
    variant: chosen.name,
    source: specialise(chosen.entryPoint === 'quads' ? quadsSource : source, {
      ROWS: chosen.rows,
      COLUMNS: chosen.columns,
      STEPS: largestDivisor(depth, chosen.steps),
    }),
    entryPoint: chosen.entryPoint === 'quads' ? 'main' : chosen.entryPoint,
    constants: { ...constants, LANES: chosen.lanes },
  };
  const x = Math.ceil(columnVectors / (chosen.lanes * chosen.columns));
  return { kernel, workgroups: [x, Math.ceil(rowVectors / chosen.rows), 1], ...work };
}

function waste({ entryPoint, rows, columns, lanes }: MatmulVariant, shape: MatmulShape): number {
  const width = entryPoint === 'staged' ? columns : columns * lanes;
  const beyond = wasteOf(Math.ceil(shape.rows / 4), rows) * wasteOf(Math.ceil(shape.columns / 4), width);
  return (entryPoint === 'quads' ? 1 : 2) * beyond * (1 + 8 * (1 / (4 * rows) + 1 / (4 * columns)));
}

function largestDivisor(value: number, most: number): number {
  let divisor = Math.min(value, most);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
