/** Dropout, forward and backward alike; see `shaders/layers/dropout.wgsl`. */
import source from '../../../shaders/layers/dropout.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

export interface DropoutShape {
  /** A multiple of 4. */
  readonly values: number;
  /** Probability that a value is dropped, below 1. */
  readonly rate: number;
  /** Tells the layers of a network apart, so that they drop different values. */
  readonly layer: number;
}

/** Bindings: 0 x (or dy), 1 y (or dx), 2 key of the step, four u32 of which two count. */
export function dropout({ values, rate, layer }: DropoutShape): Launch {
  const constants = { COUNT: values / 4, RATE: rate, LAYER: layer };
  const kernel = { family: 'dropout', source, entryPoint: 'main', constants };
  return elementwise(kernel, values / 4, { flops: 2 * values, bytes: 8 * values });
}
