/** Transposed operands for the gradients of dense layers; see `shaders/matmul/transpose.wgsl`. */
import source from '../../../shaders/matmul/transpose.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const transposeFamily = {
  name: 'transpose',
  group: 'matmul',
  computes: 're-lays a matrix',
  shaders: { transpose: source },
  entries: {
    main: { bindings: { matrix: read(0), transposed: write(1) } },
  },
} as const satisfies KernelFamily;

/**
 * Binds matrix [rows, columns] and transposed [columns, rows]; rows of memory are padded to 4 values, the padding is zero.
 * @param packed whether the values are halves, two to a word
 */
export function transpose(
  rows: number,
  columns: number,
  packed = false,
): LaunchOf<typeof transposeFamily, 'main'> {
  const words = (columns * Math.ceil(rows / 4) * 4) / (packed ? 2 : 1);
  const constants = { ROWS: rows, COLUMNS: columns, PACKED: packed ? 1 : 0 };
  return elementwise(transposeFamily, 'main', words, { constants, flops: 0, bytes: 8 * words });
}
