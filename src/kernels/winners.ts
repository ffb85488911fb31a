/** The best child of every class; see `shaders/winners.wgsl`. */
import source from '../../shaders/winners.wgsl';
import type { Launch } from '../gpu/kernel.ts';

/** Bindings: 0 confidences [classes, children], 1 winners [classes] of (f32 confidence, u32 child). */
export function winners(classes: number, children: number): Launch {
  return {
    kernel: {
      family: 'winners',
      variant: 'tree64',
      source,
      entryPoint: 'main',
      constants: { CLASSES: classes, CHILDREN: children },
    },
    workgroups: [classes, 1, 1],
    flops: classes * children,
    bytes: 4 * classes * children,
  };
}
