/** Matrix product; see `shaders/matmul/matmul.wgsl` for the layouts. */
import source from '../../../shaders/matmul/matmul.wgsl';
import quadsSource from '../../../shaders/matmul/matmul-quads.wgsl';
import { forImages } from '../batch-width.ts';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import { pick, type Target } from '../tuning/variant.ts';
import { matmulCost } from './matmul-cost.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { gridOf, stepsOf } from './matmul-tiling.ts';
import { matmulVariants, type MatmulVariant } from './matmul-variants.ts';

const bindings = { a: read(0), bias: read(1), b: read(2), c: write(3) };

export const matmulFamily = {
  name: 'matmul',
  group: 'matmul',
  computes: 'matrix product with bias: dense layers and their gradients',
  shaders: { matmul: source, 'matmul-quads': quadsSource },
  entries: {
    plain: { bindings },
    tile: { bindings },
    across: { bindings },
    sliced: { bindings },
    staged: { bindings },
    quads: { shader: 'matmul-quads', bindings },
  },
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
  const variants = matmulVariants.filter(({ entryPoint }) => !packed || entryPoint !== 'quads');
  const costOf = (candidate: MatmulVariant) => matmulCost(candidate, shape, target);
  const { chosen, choice } = pick(matmulFamily.name, shape, variants, target, costOf, variant);
  const { entryPoint, lanes } = chosen;
  const rowVectors = Math.ceil(rows / 4);
  const columnVectors = Math.ceil(columns / width);
  const constants = { DEPTH: depth, A_PITCH: rowVectors, M: rows, N_VECTORS: columnVectors };
  const tile = { ROWS: chosen.rows, COLUMNS: chosen.columns, STEPS: stepsOf(chosen, shape) };
  const libraries = { ...forImages(width).libraries, ...(packed && { weights: 'half-weights' }) };
  const fixed = entryPoint === 'staged' || entryPoint === 'sliced'; // workgroups, whose size the shader says
  return launchOf(matmulFamily, entryPoint, {
    choice,
    variant: packed ? `${chosen.name}half` : chosen.name,
    specialisation: { libraries, tile },
    constants: fixed ? constants : { ...constants, LANES: lanes },
    workgroups: gridOf(chosen, rowVectors, columnVectors, rows),
    flops: 2 * rows * columns * depth,
    bytes: 4 * ((rows * depth) / (packed ? 2 : 1) + columns * depth + rows * columns),
  });
}
