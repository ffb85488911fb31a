/** Adds one tensor to another; see `shaders/layers/add.wgsl`. */
import source from '../../../shaders/layers/add.wgsl';
import { elementwise } from '../elementwise.ts';
import { forImages, valuesPerElement } from '../batch-width.ts';
import { read, readWrite, type KernelFamily, type LaunchOf } from '../family.ts';

export const addFamily = {
  name: 'add',
  group: 'layers',
  computes: 'adds one tensor to another, where gradients meet',
  shaders: { add: source },
  entries: {
    main: { bindings: { a: read(0), b: readWrite(1) } },
  },
} as const satisfies KernelFamily;

/** b ← a + b, both of `values` floats. */
export function add(values: number): LaunchOf<typeof addFamily, 'main'> {
  const width = valuesPerElement(values);
  const count = values / width;
  return elementwise(addFamily, 'main', count, {
    specialisation: forImages(width),
    constants: { COUNT: count },
    flops: values,
    bytes: 12 * values,
  });
}
