/** Inner products and norms, slot by slot; see `shaders/ascent/batched-dot.wgsl`. */
import source from '../../../shaders/ascent/batched-dot.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

/** Into how many parts a sum is cut. */
export const productParts = 256;
export const productFloats = (batch: number): number => productParts * batch;

/** Bindings: 0 a, 1 b, both [values, batch], 2 partial sums [productParts, batch]. @param batch slots, a multiple of 4 */
export function batchedDot(values: number, batch: number): Launch {
  const constants = { VALUES: values, BATCH: batch / 4, PARTS: productParts };
  const kernel = { family: 'batched-dot', source, entryPoint: 'main', constants };
  return elementwise(kernel, (productParts * batch) / 4, {
    flops: 2 * values * batch,
    bytes: 8 * values * batch,
  });
}
