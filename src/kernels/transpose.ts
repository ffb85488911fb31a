/** Transposed operands for the gradients of dense layers; see `shaders/transpose.wgsl`. */
import source from '../../shaders/transpose.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';

/** Bindings: 0 plain [rows, columns], 1 turned [columns, rows]; rows of memory are padded to 4, the padding is zero. */
export function transpose(rows: number, columns: number): Launch {
  return launch(1, rows, 1, columns);
}

function launch(stack: number, rows: number, taps: number, columns: number): Launch {
  const values = stack * columns * taps * Math.ceil(rows / 4) * 4;
  const constants = { STACK: stack, ROWS: rows, TAPS: taps, COLUMNS: columns };
  return elementwise({ family: 'transpose', source, entryPoint: 'main', constants }, values, {
    flops: 0,
    bytes: 8 * values,
  });
}
