/** Opens a device for the time of a command and says which one and why; its networks take the variants that were tuned. */
import type { Gpu } from '../gpu/device.ts';
import { DeviceLostError } from '../gpu/errors.ts';
import { watchCompiling } from './compile-bar.ts';
import type { Terminal } from './terminal.ts';
import { tuningFor, type Tune } from './tuning.ts';

export interface DeviceOptions {
  readonly adapter: string;
  /** What to do about measurements of kernels; default: those that there are count. */
  readonly tune?: Tune;
}

export async function withGpu<T>(
  options: DeviceOptions,
  terminal: Terminal,
  work: (gpu: Gpu) => Promise<T>,
): Promise<T> {
  const { gpu, close } = await terminal.invocation.openDevice(options.adapter);
  const unwatch = watchCompiling(gpu.pipelines, terminal);
  try {
    gpu.onNote = (text) => {
      terminal.warn(text);
    };
    terminal.noteOnce(`adapter: ${gpu.adapter.description} (${gpu.adapter.reason})`);
    gpu.tuning = await tuningFor(gpu, options, terminal);
    return await work(gpu);
  } finally {
    unwatch();
    close();
  }
}

/**
 * As `withGpu`, for work that keeps checkpoints: where the device is lost on the way, it is opened again, once.
 * @param work is told whether it is to go on from its last checkpoint
 */
export async function withGpuAgain<T>(
  options: DeviceOptions,
  terminal: Terminal,
  work: (gpu: Gpu, goesOn: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await withGpu(options, terminal, (gpu) => work(gpu, false));
  } catch (error) {
    if (!(error instanceof DeviceLostError)) throw error;
    terminal.warn(`${error.message}; it is opened again, and the run goes on from its last checkpoint`);
  }
  try {
    return await withGpu({ adapter: options.adapter }, terminal, (gpu) => work(gpu, true));
  } catch (error) {
    if (!(error instanceof DeviceLostError)) throw error;
    throw new DeviceLostError(`${error.message} once more; --resume goes on from the last checkpoint`);
  }
}
