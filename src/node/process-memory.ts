/** Whether the memory of this process suffices for a driver on the CPU, which keeps the device's memory in it. */
import { availableParallelism } from 'node:os';
import type { HostMemory } from '../gpu/host-memory.ts';
import { formatBytes, GpuLimitError } from '../gpu/errors.ts';
import { memoryLeft } from './memory-limit.ts';

/** What Dawn, the driver and its threads take before any buffer, and what its compiler takes for a large kernel. */
const driverMemory = 400 * 2 ** 20;
const compilerMemory = 250 * 2 ** 20;

/** Undefined where there is memory enough to open a device. */
export function whyNoDriver(): string | undefined {
  const left = memoryLeft();
  return left && left.bytes < driverMemory
    ? `takes about ${formatBytes(driverMemory)} of memory, and this process may take ${formatBytes(Math.max(0, left.bytes))} more: raise ${left.limit}`
    : undefined;
}

/** Kernels under way; as many are compiled at a time as there are cores. */
let compiling = 0;

export const hostMemory: HostMemory = {
  forBuffer(label, bytes) {
    // Asking takes some microseconds, and small buffers are many.
    if (bytes >= 2 ** 20) require(`${label} needs ${formatBytes(bytes)}`, bytes);
  },
  forCompiling(label) {
    const bytes = compilerMemory * Math.min(availableParallelism(), compiling + 1);
    require(`compiling ${label} may need ${formatBytes(bytes)}`, bytes);
    compiling++;
    return () => {
      compiling--;
    };
  },
};

/** @throws GpuLimitError */
function require(what: string, bytes: number): void {
  const left = memoryLeft();
  if (left && left.bytes < bytes)
    throw new GpuLimitError(
      `${what}, and this process may take ${formatBytes(Math.max(0, left.bytes))} more: raise ${left.limit}, or ask for fewer images at a time`,
    );
}
