/** Transposed operands for the gradients; see `shaders/transpose.wgsl`. */
import source from '../../shaders/transpose.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import type { ConvShape } from './conv-shape.ts';
import { elementwise } from './elementwise.ts';

/** Bindings: 0 plain [rows, columns], 1 turned [columns, rows]; rows of memory are padded to 4, the padding is zero. */
export function transpose(rows: number, columns: number): Launch {
  return launch(1, rows, 1, columns);
}

/** Bindings: 0 weights [groups, in, height, width, out], 1 turned [groups, out, height, width, in], innermost padded to 4. */
export function transposeConvWeights({
  groups,
  inChannels,
  outChannels,
  kernelHeight,
  kernelWidth,
}: ConvShape): Launch {
  return launch(groups, inChannels / groups, kernelHeight * kernelWidth, outChannels / groups);
}

function launch(stack: number, rows: number, taps: number, columns: number): Launch {
  const values = stack * columns * taps * Math.ceil(rows / 4) * 4;
  const constants = { STACK: stack, ROWS: rows, TAPS: taps, COLUMNS: columns };
  return elementwise({ family: 'transpose', source, entryPoint: 'main', constants }, values, {
    flops: 0,
    bytes: 8 * values,
  });
}
