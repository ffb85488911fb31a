/** Writes words to wherever a table says; see `shaders/ascent/scatter.wgsl`. */
import source from '../../../shaders/ascent/scatter.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

/**
 * Bindings: 0 x [count], 1 place u32 [count], 2 y [target]; all are words of any kind.
 * No two places may be the same; one that is not below `target` takes nothing.
 */
export function scatter(count: number, target: number): Launch {
  const constants = { COUNT: count, TARGET: target };
  return elementwise({ family: 'scatter', source, entryPoint: 'main', constants }, count, {
    flops: 0,
    bytes: 12 * count,
  });
}
