/** Launches of kernels whose every invocation makes one element: one variant serves every adapter. */
import type { Specialisation } from '../wgsl/specialise.ts';
import { linearWorkgroups, type Launch } from '../gpu/kernel.ts';

export interface ElementwiseKernel {
  readonly family: string;
  readonly source: string;
  readonly specialisation?: Specialisation;
  readonly entryPoint: string;
  readonly constants: Readonly<Record<string, number>>;
}

/**
 * @param count invocations
 * @param work operations and bytes of the whole grid
 */
export function elementwise(
  kernel: ElementwiseKernel,
  count: number,
  work: { readonly flops: number; readonly bytes: number },
  lanes = 64,
): Launch {
  return {
    kernel: {
      ...kernel,
      variant: `linear${String(lanes)}`,
      constants: { ...kernel.constants, LANES: lanes },
    },
    workgroups: linearWorkgroups(count, lanes),
    ...work,
  };
}
