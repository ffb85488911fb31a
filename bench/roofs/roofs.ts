/** The roofs for a bench: those that are kept for the adapter, or measured now and kept. */
import type { Gpu } from '../../src/gpu/device.ts';
import { messageOf } from '../../src/util/message-of.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { keepRoofs, readRoofs, roofsStorage, type KeptRoofs } from './kept-roofs.ts';
import type { Passing } from '../../src/cli/terminal.ts';
import { measureFunctions, measurePeaks, peaksText, type OnTimed, type Peaks } from './peaks.ts';
import { undisturbedBelow, type LoadMonitor } from '../sampling/machine-load.ts';

export interface Roofs {
  /** With the time at which they were measured. */
  readonly peaks: Peaks & { readonly date: string };
  /** Sines and exponentials a second; measured at the first call. */
  readonly functions: () => Promise<number>;
}

export interface RoofOptions {
  /** Whether what is kept is passed over. */
  readonly again?: boolean;
  readonly storage?: Storage;
  /** What measures them. */
  readonly measure?: typeof measurePeaks;
  readonly measureFunctions?: typeof measureFunctions;
  /** A bar while they are measured, which takes seconds. */
  readonly passing: (what: string) => Passing;
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** As a multiple of what the fixed work took while the roofs were measured: a machine that is so much slower has another roof. */
const muchSlower = 1.25;

export async function findRoofs(gpu: Gpu, monitor: LoadMonitor, options: RoofOptions): Promise<Roofs> {
  const { again = false, storage = roofsStorage(), say, warn } = options;
  const { measure = measurePeaks, measureFunctions: ofFunctions = measureFunctions } = options;
  const withBar = async <T>(what: string, work: (onTimed: OnTimed) => Promise<T>): Promise<T> => {
    const bar = options.passing(what);
    try {
      return await work((done, total) => {
        bar.update(done, total);
      });
    } finally {
      bar.stop();
    }
  };
  const keep = async (roofs: KeptRoofs) => {
    try {
      await keepRoofs(gpu.adapter, roofs, storage);
    } catch (error) {
      warn(`the roofs are not kept: ${messageOf(error)}`);
    }
  };
  const roofsOf = (first: KeptRoofs): Roofs => {
    let roofs = first;
    let measuring: Promise<number> | undefined;
    const functions = async () => {
      if (roofs.functions !== undefined) return roofs.functions;
      const found = await withBar('measuring roofs of functions', (onTimed) =>
        ofFunctions(gpu, monitor, onTimed),
      );
      roofs = { ...roofs, functions: found };
      await keep(roofs);
      return found;
    };
    return { peaks: { ...first.peaks, date: first.date }, functions: () => (measuring ??= functions()) };
  };
  const { roofs: kept, problem } = again ? {} : await readRoofs(gpu.adapter, storage);
  if (problem !== undefined) say(`${problem}; they are measured again`);
  if (kept && (await stillHold(kept, monitor, options))) return roofsOf(kept);
  const found = await withBar('measuring roofs', (onTimed) => measure(gpu, monitor, onTimed));
  await monitor.probe();
  const peaks = kept ? higherOf(kept.peaks, found) : found;
  say(peaksText(peaks));
  const measured = { peaks, fixedWorkMs: monitor.leastMs, date: new Date().toISOString() };
  await keep(measured);
  return roofsOf(measured);
}

/** Whether kept roofs may be used: not where the machine is faster now, since then it was disturbed while they were measured. */
async function stillHold(
  kept: KeptRoofs,
  monitor: LoadMonitor,
  { say, warn }: RoofOptions,
): Promise<boolean> {
  await monitor.ready();
  await monitor.probe();
  const slower = monitor.leastMs / kept.fixedWorkMs;
  if (slower * undisturbedBelow >= 1) {
    say(
      `${peaksText(kept.peaks)}; kept since ${kept.date.slice(0, 10)}, --measure-roofs measures them again`,
    );
    if (slower > muchSlower)
      warn(
        `this machine is ${slower.toFixed(2)} times slower than when its roofs were measured: shares of them come out too low; --measure-roofs measures them again`,
      );
    return true;
  }
  const faster = (1 / slower).toFixed(2);
  say(`this machine is ${faster} times faster than when its roofs were measured; they are measured again`);
  return false;
}

/** Of two measurements of one adapter: a roof is the most that was ever reached. */
export function higherOf(one: Peaks, other: Peaks): Peaks {
  const [copied, halves] = [
    one.gbps > other.gbps ? one : other,
    Math.max(one.halfGflops ?? 0, other.halfGflops ?? 0),
  ];
  return {
    gflops: Math.max(one.gflops, other.gflops),
    ...(halves > 0 && { halfGflops: halves }),
    gbps: copied.gbps,
    copiedBytes: copied.copiedBytes,
    launchMs: Math.min(one.launchMs, other.launchMs),
  };
}
