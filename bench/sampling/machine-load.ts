/**
 * The load of the machine while something is measured. Other users of the host, falling clocks and other processes slow
 * everything for seconds or minutes, which a confidence interval of samples from one moment cannot show. So a fixed piece of
 * work, arithmetic and a copy, is timed between the samples (`interleave.ts`) and compared with the least time that it has taken in
 * this process.
 */
import type { Gpu } from '../../src/gpu/device.ts';
import { bind, Program } from '../../src/gpu/program.ts';
import { medianOf } from './median-interval.ts';
import { copyOf, fewestWorkgroups, inRegisters } from '../roofs/roof-kernels.ts';
import { runOnce } from './run-once.ts';
import { warmUp } from './warm-up.ts';

/** Tells how loaded a machine is. */
export interface LoadMonitor {
  /** Milliseconds of the fixed work, now. */
  probe(): Promise<number>;
  /**
   * Time of the probes as a multiple of the least so far, at least 1. On a shared machine, bursts of load of some hundredths of a
   * second come several times a second. They meet only some of many short samples, and the median of the samples withstands
   * them, as the median of the probes does. They meet every long sample, which is slowed as much as the probes are on average.
   * So medians are compared for short samples, means for long ones.
   * @param sampleMs time of one sample that was measured between the probes
   */
  slowdownOf(probes: readonly number[], sampleMs: number): number;
  /** The least median so far. */
  readonly leastMs: number;
  /**
   * Before samples are taken: keeps a GPU busy until its clock has risen. Returns at once where it has, and on CPU drivers.
   * @throws the reason of the signal that stops the measurement
   */
  ready(): Promise<void>;
  /** Least milliseconds of samples between two probes: longer than a probe. */
  readonly roundMs: number;
}

/** A monitor that reports no load. */
export const noMonitor: LoadMonitor = {
  probe: () => Promise.resolve(1),
  slowdownOf: () => 1,
  leastMs: 1,
  ready: () => Promise.resolve(),
  roundMs: 150,
};

/** Keeps the device busy but reports no load: for measurements that take the best of many samples. */
export const withoutProbes = (monitor: LoadMonitor): LoadMonitor => ({
  ...noMonitor,
  ready: () => monitor.ready(),
  roundMs: monitor.roundMs,
});

/** Up to this slowdown the machine counts as undisturbed. */
export const undisturbedBelow = 1.1;

interface Pace {
  /** Least milliseconds of the fixed work. */
  readonly probe: number;
  readonly round: number;
  /** Workgroups of its arithmetic: enough to fill the adapter, or its clock does not rise. */
  readonly workgroups: number;
}

/** Shorter on a GPU, whose times scatter less: hundreds of its kernels take microseconds each. */
const paces = {
  cpu: { probe: 15, round: 150, workgroups: fewestWorkgroups },
  gpu: { probe: 5, round: 60, workgroups: 2048 },
} as const satisfies Record<string, Pace>;

const mostRepeats = 256;
const copiedBytes = 16 * 2 ** 20;
/** Probes before the first comparison with their median. */
const firstProbes = 15;
/** With fewer probes the median is unreliable. */
const fewestProbes = 7;

/**
 * Nothing is prepared before the first probe.
 * @param signal stops the measurement before its next samples
 */
export function loadMonitor(gpu: Gpu, signal?: AbortSignal): LoadMonitor {
  const isGpu = gpu.adapter.kind === 'gpu';
  const pace: Pace = isGpu ? paces.gpu : paces.cpu;
  let fixedWork: Promise<() => Promise<number>> | undefined;
  let leastMs = Infinity;
  let leastMean = Infinity;
  let leastProbe = Infinity;
  const note = (probes: readonly number[]) => {
    const median = medianOf(probes);
    const mean = probes.reduce((sum, probe) => sum + probe, 0) / probes.length;
    if (probes.length >= fewestProbes) {
      leastMs = Math.min(leastMs, median);
      leastMean = Math.min(leastMean, mean);
    }
    return { median, mean };
  };
  const warm = async (time: () => Promise<number>) => {
    leastProbe = Math.min(leastProbe, await warmUp(time, leastProbe));
  };
  const start = async () => {
    const time = await prepare(gpu, pace, isGpu);
    if (isGpu) await warm(time);
    const probes: number[] = [];
    while (probes.length < firstProbes) probes.push(await time());
    note(probes);
    return time;
  };
  return {
    get leastMs() {
      return leastMs;
    },
    roundMs: pace.round,
    async probe() {
      return (await (fixedWork ??= start()))();
    },
    slowdownOf(probes, sampleMs) {
      const { median, mean } = note(probes);
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
  const source = gpu.bufferFrom('source of the monitor', new Float32Array(copiedBytes / 4).fill(0.5));
  const result = gpu.buffer('result of the monitor', copiedBytes);
  const work = new Program([
    await bind(gpu, 'arithmetic', arithmetic, { source, result }),
    await bind(gpu, 'copy', copy, { source, result }),
  ]);
  const repeated = async (count: number) => {
    const several = Array.from({ length: count }, () => work);
    const once = Math.max(1e-3, (await runOnce(gpu, several)) / count);
    return Array.from({ length: Math.min(mostRepeats, Math.ceil(pace.probe / once)) }, () => work);
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
