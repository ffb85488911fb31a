/** Random starts of gradient ascent; see `shaders/ascent/noise.wgsl`. */
import source from '../../../shaders/ascent/noise.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

export interface NoiseShape {
  /** Of one slot. */
  readonly values: number;
  /** Slots, a multiple of 4. */
  readonly batch: number;
  /** Gaussian: normal with mean 0; uniform: between −size and size. */
  readonly kind: 'gaussian' | 'uniform';
  /** Standard deviation of the one, half width of the other. */
  readonly size: number;
}

/** Bindings: 0 keys u32 [batch, 2], one of each slot's random numbers, 1 X [values, batch]. */
export function noise({ values, batch, kind, size }: NoiseShape): Launch {
  const constants = { VALUES: values, BATCH: batch / 4, SIZE: size };
  const kernel = { family: 'noise', source, entryPoint: `${kind}_noise`, constants };
  return elementwise(kernel, (values * batch) / 4, {
    flops: (kind === 'gaussian' ? 10 : 4) * values * batch,
    bytes: 4 * values * batch,
  });
}
