/** Opens a device for the time of a command and says which one and why; its networks take the variants that were tuned. */
import type { Gpu } from '../gpu/device.ts';
import { DeviceLostError } from '../gpu/errors.ts';
import { firstOf, type Tuning } from '../gpu/tuning.ts';
import { bundledChoices } from '../kernels/tuning/bundled-choices.ts';
import { tableOf, tuneOnDemand } from '../kernels/tuning/measured-choices.ts';
import { messageOf } from '../util/message-of.ts';
import { keepTuned, readTuned } from '../node/tuning-cache.ts';
import { formatCount } from '../report/format.ts';
import { watchCompiling } from './compile-bar.ts';
import type { Terminal } from './terminal.ts';

export interface DeviceOptions {
  readonly adapter: string;
  /** Whether to measure the kernels first, or to ignore measurements; default: those that there are. */
  readonly tune?: boolean;
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

async function tuningFor(gpu: Gpu, { tune }: DeviceOptions, terminal: Terminal): Promise<Tuning | undefined> {
  if (tune === true) return measured(gpu, terminal);
  if (tune === false) return undefined;
  const { choices, problem } = await readTuned(gpu.adapter);
  if (problem !== undefined) terminal.warn(problem);
  if (!choices) return undefined;
  const shipped = bundledChoices(gpu.adapter.kind);
  const others = Object.entries(choices).filter(([shape, name]) => shipped.variantFor(shape) !== name);
  if (others.length > 0)
    terminal.noteOnce(
      `kernels: what --tune measured on this machine differs for ${formatCount(others.length, 'shape')} from what comes along, and rounds differently; --no-tune leaves it out`,
    );
  return firstOf(choices, shipped);
}

/** Measures what every network is made of before it is made, and keeps what was found for later commands. */
function measured(gpu: Gpu, terminal: Terminal): Tuning {
  const onWarning = (text: string) => {
    terminal.warn(text);
  };
  const hooks = {
    now: () => performance.now(),
    onWarning,
    onProgress: (done: number, total: number, label: string) => {
      terminal.note(`tuning ${String(done + 1)} of ${String(total)}: ${label}`);
    },
  };
  return tuneOnDemand(gpu, hooks, async (verdicts) => {
    for (const { shape, variant, usual, times } of verdicts) {
      const gain = (times[usual] ?? NaN) / (times[variant] ?? NaN);
      if (variant !== usual)
        terminal.note(`${shape}: ${variant} is ${gain.toFixed(2)} times as fast as ${usual}`);
    }
    try {
      await keepTuned(gpu.adapter, tableOf(verdicts));
    } catch (error) {
      onWarning(`what was tuned holds for this command only: ${messageOf(error)}`);
    }
  });
}
