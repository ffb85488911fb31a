/**
 * What this process may still take of memory. A driver on the CPU keeps the device's memory in the process, and neither it nor
 * Dawn survives an allocation that is refused; so memory is asked for here before a device or a buffer is made.
 */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

export interface MemoryLeft {
  readonly bytes: number;
  /** What sets the limit, as in `raise …`. */
  readonly limit: string;
}

/** Undefined where nothing limits it but the machine. */
export function memoryLeft(): MemoryLeft | undefined {
  const left = [dataLimitLeft(), containerLeft()].filter((one) => one !== undefined);
  return left.sort((a, b) => a.bytes - b.bytes)[0];
}

/** `ulimit -d`: all private memory of a process, used or not. */
function dataLimitLeft(): MemoryLeft | undefined {
  const limit = Number(/^Max data size +(\d+) /m.exec(read('/proc/self/limits'))?.[1]);
  const taken = 1024 * Number(/^VmData:\s+(\d+) kB/m.exec(read('/proc/self/status'))?.[1]);
  return Number.isFinite(limit - taken) ? { bytes: limit - taken, limit: 'ulimit -d' } : undefined;
}

function containerLeft(): MemoryLeft | undefined {
  const limit = process.constrainedMemory();
  if (limit === 0 || limit >= totalmem()) return undefined;
  return { bytes: limit - process.memoryUsage.rss(), limit: "the container's memory limit" };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
