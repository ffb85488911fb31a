/** Opens a device for the time of a command and says which one and why. */
import type { Gpu } from '../gpu/device.ts';
import { releaseDawn, searchGpu } from '../node/adapter.ts';
import type { Terminal } from './terminal.ts';

export async function withGpu<T>(
  adapter: string,
  terminal: Terminal,
  work: (gpu: Gpu) => Promise<T>,
): Promise<T> {
  const { gpu } = await searchGpu(adapter);
  try {
    terminal.note(`adapter: ${gpu.adapter.description} (${gpu.adapter.reason})`);
    return await work(gpu);
  } finally {
    gpu.close();
    releaseDawn();
  }
}
