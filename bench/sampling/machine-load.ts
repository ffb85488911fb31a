/**
 * Whether the machine is as fast as it has been. Neighbours on the same host, clocks that come down and other processes slow
 * everything for seconds or minutes, which no interval from samples of one moment can tell. So a fixed piece of arithmetic and a
 * copy are timed between samples (`rounds.ts`), beside the least that they ever took in this process.
 */
import type { Gpu } from '../../src/gpu/device.ts';
import { bind, Program } from '../../src/gpu/program.ts';
import { medianOf } from './median-interval.ts';
import { copyOf, fewestWorkgroups, inRegisters } from '../roofs/roof-kernels.ts';
import { runOnce } from './run-once.ts';
import { warmUp } from './warm-up.ts';

/** A machine that somebody watches. */
export interface Watch {
  /** Milliseconds of the fixed work, now. */
  look(): Promise<number>;
  /**
   * What looks took as a multiple of the least so far, 1 or more. On a shared machine bursts of a few hundredths of a second
   * come several times a second: they meet some of many short samples, whose median withstands them as that of the looks does, but
   * each of the long ones, which are slower by as much as looks are on average: so medians are held beside medians, or means
   * beside means.
   * @param sampleMs of what was measured between them
   */
  slowdownOf(looks: readonly number[], sampleMs: number): number;
  /** The least median so far. */
  readonly leastMs: number;
  /**
   * Before a round: keeps a GPU busy until its clock is up; at once where it is, and on adapters that run on the CPU.
   * @throws the reason for which measuring is to be stopped
   */
  ready(): Promise<void>;
  /** Milliseconds between two looks at the machine, at least: longer than a look. */
  readonly roundMs: number;
}

/** A machine that nobody watches, which may be as slow as it likes. */
export const unwatched: Watch = {
  look: () => Promise.resolve(1),
  slowdownOf: () => 1,
  leastMs: 1,
  ready: () => Promise.resolve(),
  roundMs: 150,
};

/** For what takes the best of many and is not measured again: the device is kept busy, and nobody looks. */
export const withoutLooks = (watch: Watch): Watch => ({
  ...unwatched,
  ready: () => watch.ready(),
  roundMs: watch.roundMs,
});

/** Up to here the machine counts as undisturbed. */
export const undisturbedBelow = 1.1;

interface Pace {
  /** Milliseconds that the fixed work takes at least. */
  readonly look: number;
  readonly round: number;
  /** Of the arithmetic in it: enough to fill the adapter, or its clock stays where it is. */
  readonly workgroups: number;
}

/** The times of a GPU scatter less, and hundreds of kernels take microseconds each. */
const paces = {
  cpu: { look: 15, round: 150, workgroups: fewestWorkgroups },
  gpu: { look: 5, round: 60, workgroups: 2048 },
} as const satisfies Record<string, Pace>;

const mostRepeats = 256;
const copiedBytes = 16 * 2 ** 20;
/** Before anything is held against their median. */
const firstLooks = 15;
/** Fewer have a median that may be low by luck. */
const looksThatTell = 7;

/**
 * Nothing is prepared before the first look.
 * @param signal ends the next round before it begins
 */
export function watchOn(gpu: Gpu, signal?: AbortSignal): Watch {
  const isGpu = gpu.adapter.kind === 'gpu';
  const pace: Pace = isGpu ? paces.gpu : paces.cpu;
  let fixedWork: Promise<() => Promise<number>> | undefined;
  let leastMs = Infinity;
  let leastMean = Infinity;
  let leastLook = Infinity;
  const note = (looks: readonly number[]) => {
    const median = medianOf(looks);
    const mean = looks.reduce((sum, look) => sum + look, 0) / looks.length;
    if (looks.length >= looksThatTell) {
      leastMs = Math.min(leastMs, median);
      leastMean = Math.min(leastMean, mean);
    }
    return { median, mean };
  };
  const warm = async (time: () => Promise<number>) => {
    leastLook = Math.min(leastLook, await warmUp(time, leastLook));
  };
  const start = async () => {
    const time = await prepare(gpu, pace, isGpu);
    if (isGpu) await warm(time);
    const looks: number[] = [];
    while (looks.length < firstLooks) looks.push(await time());
    note(looks);
    return time;
  };
  return {
    get leastMs() {
      return leastMs;
    },
    roundMs: pace.round,
    async look() {
      return (await (fixedWork ??= start()))();
    },
    slowdownOf(looks, sampleMs) {
      const { median, mean } = note(looks);
      return Math.max(1, sampleMs > median ? mean / leastMean : median / leastMs);
    },
    async ready() {
      signal?.throwIfAborted();
      if (isGpu) await warm(await (fixedWork ??= start()));
    },
  };
}

/** The fixed work, repeated until it takes long enough: milliseconds of a run. */
async function prepare(gpu: Gpu, pace: Pace, isGpu: boolean): Promise<() => Promise<number>> {
  const form = { lanes: 64, chains: 8, width: 4 } as const;
  const { workgroups } = pace;
  const arithmetic = inRegisters({ ...form, entryPoint: 'multiply_add', steps: 512, workgroups });
  const copy = copyOf({ lanes: 64, width: 4 }, copiedBytes);
  const source = gpu.bufferFrom('source of the watch', new Float32Array(copiedBytes / 4).fill(0.5));
  const result = gpu.buffer('result of the watch', copiedBytes);
  const work = new Program([
    await bind(gpu, 'arithmetic', arithmetic, [source, result]),
    await bind(gpu, 'copy', copy, [source, result]),
  ]);
  const repeated = async (count: number) => {
    const several = Array.from({ length: count }, () => work);
    const once = Math.max(1e-3, (await runOnce(gpu, several)) / count);
    return Array.from({ length: Math.min(mostRepeats, Math.ceil(pace.look / once)) }, () => work);
  };
  await runOnce(gpu, [work]); // compiles
  let programs = await repeated(1);
  if (isGpu) {
    // How often it is repeated is found again at the clock at which it will run.
    const few = programs;
    await warmUp(() => runOnce(gpu, few), Infinity);
    programs = await repeated(few.length);
  }
  return () => runOnce(gpu, programs);
}
