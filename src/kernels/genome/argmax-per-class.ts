/** The best child of every class; see `shaders/genome/argmax-per-class.wgsl`. */
import source from '../../../shaders/genome/argmax-per-class.wgsl';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const argmaxPerClassFamily = {
  name: 'argmax-per-class',
  group: 'genome',
  computes: 'for each class the child of the highest log-odds',
  shaders: { 'argmax-per-class': source },
  entries: {
    main: { bindings: { log_odds: read(0), confidence: read(1), winners: write(2) } },
  },
} as const satisfies KernelFamily;

/** Of a winner: f32 log-odds, f32 confidence, u32 child, u32 lost. */
export const winnerBytes = 16;

/** What stands for no child. */
export const noChild = 0xffffffff;

/** Binds log_odds and confidence, both [classes, children], and winners [classes], of `winnerBytes` each. */
export function argmaxPerClass(
  classes: number,
  children: number,
): LaunchOf<typeof argmaxPerClassFamily, 'main'> {
  return launchOf(argmaxPerClassFamily, 'main', {
    variant: 'tree64',
    constants: { CLASSES: classes, CHILDREN: children },
    workgroups: [classes, 1, 1],
    flops: classes * children,
    bytes: 4 * classes * children,
  });
}
