/** Dropout, forward and backward alike; see `shaders/layers/dropout.wgsl`. */
import source from '../../../shaders/layers/dropout.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const dropoutFamily = {
  name: 'dropout',
  group: 'layers',
  computes: 'dropout and its gradient, from counted random numbers',
  shaders: { dropout: source },
  entries: {
    main: { bindings: { x: read(0), y: write(1), key: read(2) } },
  },
} as const satisfies KernelFamily;

export interface DropoutShape {
  /** A multiple of 4. */
  readonly values: number;
  /** Probability that a value is dropped, below 1. */
  readonly rate: number;
  /** Tells the layers of a network apart, so that they drop different values. */
  readonly layer: number;
}

/** Binds x (or dy), y (or dx), and the key of the step, four u32 of which two count. */
export function dropout({ values, rate, layer }: DropoutShape): LaunchOf<typeof dropoutFamily, 'main'> {
  const constants = { COUNT: values / 4, RATE: rate, LAYER: layer };
  return elementwise(dropoutFamily, 'main', values / 4, { constants, flops: 2 * values, bytes: 8 * values });
}
