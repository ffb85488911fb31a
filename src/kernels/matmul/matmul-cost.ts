/** The cost model of a matrix product's variants: what is taken where nothing was measured. */
import { compilingShare, gpuCost, wasteOf, type Target } from '../tuning/variant.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { gridOf, stepsOf, vectorsOf } from './matmul-tiling.ts';
import { wayOf, type MatmulVariant } from './matmul-variants.ts';

/** What a variant costs for a shape; only the order of the costs counts. */
export const matmulCost = (variant: MatmulVariant, shape: MatmulShape, target: Target): number =>
  target.adapter.kind === 'gpu'
    ? costOnGpu(variant, shape)
    : wayOf(variant).cost(variant, vectorsOf(shape), target) + compiling(variant, shape, target);

/** Microseconds of a variant that was made for GPUs. */
function costOnGpu(variant: MatmulVariant, shape: MatmulShape): number {
  const { rows, columns, depth } = shape;
  const { rowVectors, columnVectors } = vectorsOf(shape);
  const [rowTile, columnTile] = wayOf(variant).workgroup(variant);
  const beyond = wasteOf(rowVectors, rowTile / 4) * wasteOf(columnVectors, columnTile);
  const workgroups = gridOf(variant, shape).reduce((product, count) => product * count, 1);
  return gpuCost(variant.gpu, 2 * rows * columns * depth * beyond, depth, workgroups);
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
