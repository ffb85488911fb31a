/** Where the shaders that interpret CPPNs keep values: in private memory while they are few, else in a buffer. */
import type { Specialisation } from '../../wgsl/specialise.ts';

/** The most values that a genome may hold at once: a slot is stored in 10 bits. */
export const mostSlots = 1024;

/** Slots in private memory, at most: drivers of GPUs refuse kernels that ask for tens of KiB of it for each invocation. */
const mostPrivateSlots = 64;

const vec4Bytes = 16;

export interface CppnValues {
  /** For shaders that use the library `cppn-values`. */
  readonly specialisation: Specialisation;
  readonly variant: string;
  /** Bytes of an invocation: at most 1 KiB for every vec4 of a slot. */
  readonly privateMemory: number;
  /** Bytes of a workgroup in the buffer; 0 where they are in private memory. */
  readonly storedBytes: number;
}

/**
 * @param values that the most demanding genome holds at once
 * @param vec4s that a slot holds
 * @throws RangeError where a genome holds more than 1,024
 */
export function cppnValues(values: number, vec4s: number, lanes: number): CppnValues {
  const slots = slotsFor(values);
  const bytes = vec4Bytes * vec4s * slots;
  const stored = slots > mostPrivateSlots;
  return {
    specialisation: {
      tile: { VALUES: vec4s * slots },
      ...(stored && { libraries: { 'cppn-values': 'cppn-stored-values' } }),
    },
    variant: `${stored ? 'stored' : 'slots'}${String(slots)}`,
    privateMemory: stored ? 0 : bytes,
    storedBytes: stored ? bytes * lanes : 0,
  };
}

/** Sizes are powers of two, so that a growing population compiles a handful of kernels in its life. */
export function slotsFor(values: number): number {
  if (values > mostSlots) {
    throw new RangeError(
      `a CPPN that holds ${String(values)} values at once; at most ${String(mostSlots)} can be held`,
    );
  }
  return 2 ** (32 - Math.clz32(Math.max(16, values) - 1));
}

/**
 * As much of a grid as there is memory for, of which each workgroup takes some: at least one.
 * @param bytes of a workgroup
 */
export function cutGrid([x, y]: readonly [number, number], bytes: number, most: number): [number, number] {
  const workgroups = bytes > 0 ? Math.max(1, Math.floor(most / bytes)) : Infinity;
  const columns = Math.min(x, workgroups);
  return [columns, Math.min(y, Math.max(1, Math.floor(workgroups / columns)))];
}
