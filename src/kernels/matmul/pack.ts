/** Floats to halves; see `shaders/matmul/pack.wgsl`. */
import source from '../../../shaders/matmul/pack.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const packFamily = {
  name: 'pack',
  group: 'matmul',
  computes: 'floats to halves, two to a word',
  shaders: { pack: source },
  entries: {
    main: { bindings: { x: read(0), packed: write(1) } },
  },
} as const satisfies KernelFamily;

/** Binds x and packed, both of `values` (a multiple of 4). */
export function pack(values: number): LaunchOf<typeof packFamily, 'main'> {
  const count = values / 4;
  return elementwise(packFamily, 'main', count, {
    constants: { COUNT: count },
    flops: 0,
    bytes: 6 * values,
  });
}
