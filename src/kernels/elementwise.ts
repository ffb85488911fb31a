/** Launches of kernels whose every invocation makes one element: one variant serves every adapter. */
import type { Specialisation } from '../wgsl/specialise.ts';
import { linearWorkgroups } from '../gpu/kernel.ts';
import { launchOf, type EntryOf, type KernelFamily, type LaunchOf } from './family.ts';

export interface ElementwiseSettings {
  readonly specialisation?: Specialisation;
  readonly constants: Readonly<Record<string, number>>;
  /** Operations of the whole grid. */
  readonly flops: number;
  /** Bytes that the whole grid moves. */
  readonly bytes: number;
  /** Invocations of a workgroup; default: 64. */
  readonly lanes?: number;
}

/** @param count invocations */
export function elementwise<F extends KernelFamily, E extends EntryOf<F>>(
  family: F,
  entryPoint: E,
  count: number,
  { constants, lanes = 64, ...settings }: ElementwiseSettings,
): LaunchOf<F, E> {
  return launchOf(family, entryPoint, {
    ...settings,
    variant: `linear${String(lanes)}`,
    constants: { ...constants, LANES: lanes },
    workgroups: linearWorkgroups(count, lanes),
  });
}
