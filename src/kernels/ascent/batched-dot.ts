/** Inner products and norms, image by image; see `shaders/ascent/batched-dot.wgsl`. */
import source from '../../../shaders/ascent/batched-dot.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const batchedDotFamily = {
  name: 'batched-dot',
  group: 'ascent',
  computes: 'inner product for each image of the batch: norms',
  shaders: { 'batched-dot': source },
  entries: {
    main: { bindings: { a: read(0), b: read(1), partial: write(2) } },
  },
} as const satisfies KernelFamily;

/** Into how many parts a sum is cut. */
export const productParts = 256;
export const productFloats = (batch: number): number => productParts * batch;

/**
 * Binds a and b, both [values, batch], and partial, the sums in parts [productParts, batch].
 * @param batch images, a multiple of 4
 */
export function batchedDot(values: number, batch: number): LaunchOf<typeof batchedDotFamily, 'main'> {
  return elementwise(batchedDotFamily, 'main', (productParts * batch) / 4, {
    constants: { VALUES: values, BATCH: batch / 4, PARTS: productParts },
    flops: 2 * values * batch,
    bytes: 8 * values * batch,
  });
}
