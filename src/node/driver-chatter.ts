/**
 * Dawn and the Vulkan loader print warnings of their own while they look for adapters, past Node's streams, and leave no
 * way to turn them off. On a terminal they would stand above every command's output; what matters of them is in
 * `fool doctor`. In a pipe or a log, where somebody may look for them, they stay.
 */
import { closeSync, openSync } from 'node:fs';

const standardError = 2;

/** Runs something with the process's own standard error closed to native code, when that is a terminal. */
export async function withoutDriverChatter<T>(work: () => Promise<T>): Promise<T> {
  if (process.platform !== 'linux' || !process.stderr.isTTY || process.env['FOOL_DEBUG'] !== undefined)
    return work();
  const kept = openSync(`/proc/self/fd/${String(standardError)}`, 'w');
  pointStandardErrorAt('/dev/null');
  try {
    return await work();
  } finally {
    pointStandardErrorAt(`/proc/self/fd/${String(kept)}`);
    closeSync(kept);
  }
}

/** A newly opened file takes the lowest free number, which is the one just closed. */
function pointStandardErrorAt(path: string): void {
  closeSync(standardError);
  openSync(path, 'w');
}
