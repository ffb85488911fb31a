/** The cost model of a matrix product's variants: what is taken where nothing was measured. */
import { compilingShare, gpuCost, plainCost, wasteOf, type Target } from '../tuning/variant.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { gridOf, stepsOf, vectorsOfWorkgroup } from './matmul-tiling.ts';
import type { MatmulVariant } from './matmul-variants.ts';

/** What a variant costs for a shape; only the order of the costs counts. */
export const matmulCost = (variant: MatmulVariant, shape: MatmulShape, target: Target): number =>
  target.adapter.kind === 'gpu'
    ? costOnGpu(variant, shape)
    : cost(variant, shape, target) + compiling(variant, shape, target);

/** Microseconds of a variant that was made for GPUs. */
function costOnGpu(variant: MatmulVariant, { rows, columns, depth, images = 4 }: MatmulShape): number {
  const rowVectors = Math.ceil(rows / 4);
  const columnVectors = Math.ceil(columns / images);
  const grid = gridOf(variant, rowVectors, columnVectors, rows);
  const [rowTile, columnTile] = vectorsOfWorkgroup(variant);
  const beyond = wasteOf(rowVectors, rowTile) * wasteOf(columnVectors, columnTile);
  const workgroups = grid.reduce((product, count) => product * count, 1);
  return gpuCost(variant.gpu, 2 * rows * columns * depth * beyond, depth, workgroups);
}

/** Time per useful product, fitted to both CPU drivers: what is computed beyond the edge, and what loads cost. */
function cost(variant: MatmulVariant, shape: MatmulShape, { adapter }: Target): number {
  const { entryPoint, rows, columns, lanes } = variant;
  const rowVectors = Math.ceil(shape.rows / 4);
  const columnVectors = Math.ceil(shape.columns / (shape.images ?? 4));
  if (entryPoint === 'plain') return plainCost;
  if (entryPoint === 'tile')
    return 2 * wasteOf(rowVectors, rows) * wasteOf(columnVectors, columns * lanes) * loads(rows, columns);
  // Lavapipe keeps more of a tile in registers than SwiftShader, and half of its vectors is idle with four lanes.
  const driver = adapter.kind !== 'lavapipe' ? 1 : lanes === 8 ? 1.2 : 2;
  if (entryPoint === 'across')
    return (
      driver *
      wasteOf(rowVectors, lanes * rows) *
      wasteOf(columnVectors, columns) *
      (3 + 5 / columns + 1 / rows)
    );
  return driver * wasteOf(rowVectors, rows) * wasteOf(columnVectors, columns * lanes) * loads(rows, columns);
}

/** Operations a second of SwiftShader at cost 1. */
const swiftshaderRate = 25e9;

/** Half a millisecond for each product that is unrolled, fitted to SwiftShader. */
function compiling(variant: MatmulVariant, shape: MatmulShape, target: Target): number {
  if (variant.entryPoint === 'plain') return 0;
  const { rows, columns } = variant;
  const products = 4 * rows * columns * (shape.images ?? 4) * stepsOf(variant, shape);
  const flops = 2 * shape.rows * shape.columns * shape.depth;
  return compilingShare(0.0005 * products, flops / swiftshaderRate, target);
}

const loads = (rows: number, columns: number): number => 1 + 8 * (1 / (4 * rows) + 1 / (4 * columns));
