/** Local response normalisation and its gradient; see `shaders/layers/lrn.wgsl`. */
import source from '../../../shaders/layers/lrn.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { forImages, valuesPerElement } from '../batch-width.ts';

export interface LrnShape {
  readonly channels: number;
  /** Height × width × batch. */
  readonly plane: number;
  /** Channels that normalise one, odd. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** Bindings: 0 x [channels, height, width, batch], 1 y as x. */
export function lrn(shape: LrnShape): Launch {
  return launch(shape, 'forward', 2);
}

/** Bindings: 0 x, 2 dy, 3 dx. */
export function lrnInputGradient(shape: LrnShape): Launch {
  return launch(shape, 'input_gradient', 3);
}

function launch(shape: LrnShape, entryPoint: string, operands: number): Launch {
  const { channels, plane, size, alpha, beta, k } = shape;
  const values = channels * plane;
  const width = valuesPerElement(plane);
  const constants = { CHANNELS: channels, PLANE: plane / width, SIZE: size, ALPHA: alpha, BETA: beta, K: k };
  const kernel = { family: 'lrn', source, specialisation: forImages(width), entryPoint, constants };
  return elementwise(kernel, values / width, {
    flops: values * (2 * size + 4) * (operands === 2 ? 1 : size + 1),
    bytes: 4 * values * operands,
  });
}
