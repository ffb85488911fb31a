/** Writes words to wherever a table says; see `shaders/ascent/scatter.wgsl`. */
import source from '../../../shaders/ascent/scatter.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, readWrite, type KernelFamily, type LaunchOf } from '../family.ts';

export const scatterFamily = {
  name: 'scatter',
  group: 'ascent',
  computes: 'writes values to the places that a table names: weights into CPPN programs',
  shaders: { scatter: source },
  entries: {
    main: { bindings: { x: read(0), place: read(1), y: readWrite(2) } },
  },
} as const satisfies KernelFamily;

/**
 * Binds x [count], place u32 [count] and y [target]; all are words of any kind.
 * No two places may be the same; one that is not below `target` takes nothing.
 */
export function scatter(count: number, target: number): LaunchOf<typeof scatterFamily, 'main'> {
  return elementwise(scatterFamily, 'main', count, {
    constants: { COUNT: count, TARGET: target },
    flops: 0,
    bytes: 12 * count,
  });
}
