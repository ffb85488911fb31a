/** Transposed operands for the gradients of dense layers; see `shaders/matmul/transpose.wgsl`. */
import source from '../../../shaders/matmul/transpose.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

/**
 * Bindings: 0 plain [rows, columns], 1 turned [columns, rows]; rows of memory are padded to 4 values, the padding is zero.
 * @param packed whether the values are halves, two to a word
 */
export function transpose(rows: number, columns: number, packed = false): Launch {
  const words = (columns * Math.ceil(rows / 4) * 4) / (packed ? 2 : 1);
  const constants = { ROWS: rows, COLUMNS: columns, PACKED: packed ? 1 : 0 };
  return elementwise({ family: 'transpose', source, entryPoint: 'main', constants }, words, {
    flops: 0,
    bytes: 8 * words,
  });
}
