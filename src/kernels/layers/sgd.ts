/** A step of stochastic gradient descent; see `shaders/layers/sgd.wgsl`. */
import source from '../../../shaders/layers/sgd.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, readWrite, uniform, type KernelFamily, type LaunchOf } from '../family.ts';

export const sgdFamily = {
  name: 'sgd',
  group: 'layers',
  computes: 'stochastic gradient descent with momentum and weight decay',
  shaders: { sgd: source },
  entries: {
    main: {
      bindings: { weight: readWrite(0), velocity: readWrite(1), gradient: read(2), step: uniform(3) },
    },
  },
} as const satisfies KernelFamily;

/**
 * Binds weight, velocity and gradient (all `values` floats, a multiple of 4), and step, four floats: rate, momentum, decay, 0.
 * @param firstBias where biases begin that follow the weights, a multiple of 4; default: there are none
 */
export function sgd(values: number, firstBias = values): LaunchOf<typeof sgdFamily, 'main'> {
  const count = values / 4;
  return elementwise(sgdFamily, 'main', count, {
    constants: { COUNT: count, FIRST_BIAS: firstBias / 4 },
    flops: 5 * values,
    bytes: 20 * values,
  });
}
