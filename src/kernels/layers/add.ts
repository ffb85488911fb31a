/** Adds one tensor to another; see `shaders/layers/add.wgsl`. */
import source from '../../../shaders/layers/add.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { forImages, valuesPerElement } from '../batch-width.ts';

/** Bindings: 0 a, 1 b ← a + b, both of `values` floats. */
export function add(values: number): Launch {
  const width = valuesPerElement(values);
  const count = values / width;
  const constants = { COUNT: count };
  const kernel = { family: 'add', source, specialisation: forImages(width), entryPoint: 'main', constants };
  return elementwise(kernel, count, { flops: values, bytes: 12 * values });
}
