/** A step of stochastic gradient descent; see `shaders/layers/sgd.wgsl`. */
import source from '../../../shaders/layers/sgd.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

/** Bindings: 0 weight, 1 velocity, 2 gradient (all `values` floats, a multiple of 4), 3 uniform (rate, momentum, decay, 0). */
export function sgd(values: number): Launch {
  const count = values / 4;
  return elementwise({ family: 'sgd', source, entryPoint: 'main', constants: { COUNT: count } }, count, {
    flops: 5 * values,
    bytes: 20 * values,
  });
}
