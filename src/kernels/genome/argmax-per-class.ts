/** The best child of every class; see `shaders/genome/argmax-per-class.wgsl`. */
import source from '../../../shaders/genome/argmax-per-class.wgsl';
import type { Launch } from '../../gpu/kernel.ts';

/** Of a winner: f32 log-odds, f32 confidence, u32 child, u32 lost. */
export const winnerBytes = 16;

/** What stands for no child. */
export const noChild = 0xffffffff;

/** Bindings: 0 log-odds and 1 confidences, both [classes, children], 2 winners [classes], of `winnerBytes` each. */
export function argmaxPerClass(classes: number, children: number): Launch {
  return {
    kernel: {
      family: 'argmax-per-class',
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
