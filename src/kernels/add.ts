/** Adds one tensor to another; see `shaders/add.wgsl`. */
import source from '../../shaders/add.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';

/** Bindings: 0 a, 1 b ← a + b, both of `values` floats (a multiple of 4). */
export function add(values: number): Launch {
  const count = values / 4;
  const kernel = { family: 'add', source, entryPoint: 'main', constants: { COUNT: count } };
  return elementwise(kernel, count, { flops: values, bytes: 12 * values });
}
