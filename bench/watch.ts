/**
 * Whether the machine is as fast as it has been. Neighbours on the same host, clocks that come down and other processes slow
 * everything for seconds or minutes, which no interval from samples of one moment can tell. So a fixed piece of arithmetic and a
 * copy are timed before and after what is measured, beside the least that they ever took in this process.
 */
import type { Gpu } from '../src/gpu/device.ts';
import { bind, Program } from '../src/gpu/program.ts';
import { copyOf, inRegisters } from './peaks.ts';
import { runOnce, sampleProgram } from './sampling.ts';

/** A machine that somebody watches. */
export interface Watch {
  /** Time of the fixed work as a multiple of the least so far, 1 or more. */
  slowdown(): Promise<number>;
}

export interface Watched {
  /** The larger of those before and after the samples; about 1 on a machine that was left alone. */
  readonly slowdown: number;
}

/** Up to here the machine counts as undisturbed. */
export const undisturbedBelow = 1.1;

export interface Patience {
  /** How often something is measured at most. */
  readonly attempts: number;
  /** Milliseconds after which nothing is measured again. */
  readonly time: number;
  /** Milliseconds that are waited for the machine before each attempt, at most. */
  readonly wait: number;
  /** Milliseconds between two looks at the machine. */
  readonly pause: number;
}

export const usualPatience: Patience = { attempts: 3, time: 60_000, wait: 15_000, pause: 250 };

/** Milliseconds that the fixed work takes at least. */
const shortest = 15;
const mostRepeats = 256;
const copiedBytes = 16 * 2 ** 20;

/** Nothing is prepared before the first look. */
export function watchOn(gpu: Gpu): Watch {
  let fixedWork: Promise<() => Promise<number>> | undefined;
  let least = Infinity;
  return {
    async slowdown() {
      fixedWork ??= prepare(gpu);
      const time = await fixedWork;
      const [, median = NaN] = [await time(), await time(), await time()].sort((a, b) => a - b);
      // Beside the least of medians: the luckiest single time is out of reach of an undisturbed machine too.
      least = Math.min(least, median);
      return median / least;
    },
  };
}

/** The fixed work, repeated until it takes long enough: milliseconds of a run. */
async function prepare(gpu: Gpu): Promise<() => Promise<number>> {
  const arithmetic = inRegisters({ lanes: 64, chains: 8, width: 4 }, 'multiply_add', 512);
  const copy = copyOf(4, copiedBytes);
  const source = gpu.bufferFrom('source of the watch', new Float32Array(copiedBytes / 4).fill(0.5));
  const result = gpu.buffer('result of the watch', copiedBytes);
  const work = new Program([
    await bind(gpu, 'arithmetic', arithmetic, [source, result]),
    await bind(gpu, 'copy', copy, [source, result]),
  ]);
  const { medianMs } = await sampleProgram(gpu, [work], { least: 3, most: 3, time: 0 });
  const repeats = Math.min(mostRepeats, Math.max(1, Math.ceil(shortest / medianMs)));
  const repeated = Array.from({ length: repeats }, () => work);
  return () => runOnce(gpu, repeated);
}

/**
 * Measures while the machine is as fast as ever, again where it was not, and keeps what was disturbed least. Which attempt is kept
 * depends on the fixed work alone, never on what was measured.
 */
export async function undisturbed<T extends object>(
  watch: Watch,
  measure: () => Promise<T>,
  { attempts, time, wait, pause }: Patience = usualPatience,
): Promise<T & Watched> {
  const started = performance.now();
  let kept: (T & Watched) | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (kept && performance.now() - started > time) break;
    const before = await settled(watch, wait, pause);
    const measured = await measure();
    const slowdown = Math.max(before, await watch.slowdown());
    if (!kept || slowdown < kept.slowdown) kept = { ...measured, slowdown };
    if (slowdown <= undisturbedBelow) break;
  }
  if (!kept) throw new RangeError('nothing is measured in no attempt');
  return kept;
}

/** Waits until the machine is as fast as ever, or patience ends. */
async function settled(watch: Watch, wait: number, pause: number): Promise<number> {
  const until = performance.now() + wait;
  for (;;) {
    const slowdown = await watch.slowdown();
    if (slowdown <= undisturbedBelow || performance.now() + pause > until) return slowdown;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
