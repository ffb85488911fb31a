/** Floats to halves; see `shaders/matmul/pack.wgsl`. */
import source from '../../../shaders/matmul/pack.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

/** Bindings: 0 x, 1 packed, both of `values` (a multiple of 4). */
export function pack(values: number): Launch {
  const count = values / 4;
  return elementwise({ family: 'pack', source, entryPoint: 'main', constants: { COUNT: count } }, count, {
    flops: 0,
    bytes: 6 * values,
  });
}
