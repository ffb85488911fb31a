/** Matrix product; see `shaders/matmul/matmul.wgsl` for the layouts. */
import source from '../../../shaders/matmul/matmul.wgsl';
import quadsSource from '../../../shaders/matmul/matmul-quads.wgsl';
import { forImages } from '../batch-width.ts';
import { entriesOf, launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import { argmaxOfPool } from '../layers/max-pool.ts';
import { pick, type Target } from '../tuning/variant.ts';
import { matmulCost } from './matmul-cost.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { gridOf, stepsOf, vectorsOf } from './matmul-tiling.ts';
import { matmulVariants, matmulWays, wayOf, type MatmulVariant } from './matmul-variants.ts';

export const matmulFamily = {
  name: 'matmul',
  group: 'matmul',
  computes: 'matrix product with bias: dense layers and their gradients',
  shaders: { matmul: source, 'matmul-quads': quadsSource },
  entries: entriesOf(matmulWays, {
    a: read(0),
    bias: read(1),
    b: read(2),
    c: write(3),
    argmax: argmaxOfPool,
  }),
  variants: matmulVariants,
} as const satisfies KernelFamily;

/**
 * Binds a [depth, rows], bias [rows], b [depth, columns] and c [rows, columns]; rows of memory are padded to 4, or to `images`
 * columns.
 */
export function matmul(
  shape: MatmulShape,
  target: Target,
  variant?: string,
): LaunchOf<typeof matmulFamily, MatmulVariant['entryPoint']> {
  const { rows, columns, depth, packed = false, images: width = 4 } = shape;
  const variants = matmulVariants.filter((candidate) => !packed || !wayOf(candidate).floatsOnly);
  const costOf = (candidate: MatmulVariant) => matmulCost(candidate, shape, target);
  const { chosen, choice } = pick(matmulFamily.name, shape, variants, target, costOf, variant);
  const { entryPoint, lanes } = chosen;
  const { rowVectors, columnVectors } = vectorsOf(shape);
  const constants = { DEPTH: depth, A_PITCH: rowVectors, M: rows, N_VECTORS: columnVectors };
  const tile = { ROWS: chosen.rows, COLUMNS: chosen.columns, STEPS: stepsOf(chosen, shape) };
  const libraries = { ...forImages(width).libraries, ...(packed && { weights: 'half-weights' }) };
  return launchOf(matmulFamily, entryPoint, {
    choice,
    variant: packed ? `${chosen.name}half` : chosen.name,
    specialisation: { libraries, tile },
    constants: wayOf(chosen).fixedLanes ? constants : { ...constants, LANES: lanes },
    workgroups: gridOf(chosen, shape),
    flops: 2 * rows * columns * depth,
    bytes: 4 * ((rows * depth) / (packed ? 2 : 1) + columns * depth + rows * columns),
  });
}
