/** How long a program takes: repeated until the figures stand, with their spread. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Program } from '../../src/gpu/program.ts';
import { isBimodal } from './humps.ts';
import { medianInterval } from './median-interval.ts';
import { interleave } from './interleave.ts';
import { runOnce } from './run-once.ts';
import type { LoadMonitor } from './machine-load.ts';

export interface Sample {
  /** Time of a fixed piece of work between the samples, at most, as a multiple of the least that it took; see `machine-load.ts`. */
  readonly slowdown?: number;
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  /** Bounds of the 95 % confidence interval of the median. */
  readonly lowMs: number;
  readonly highMs: number;
  readonly samples: number;
  /** 2 where the samples lie in two groups, of which the median tells one at most; see `humps.ts`. */
  readonly humps?: 2;
  /** Milliseconds of each sample, in their order; spread evenly over all where there are more than fifty. */
  readonly times: readonly number[];
}

export interface SamplingLimits {
  readonly least: number;
  readonly most: number;
  /** Milliseconds after which no further sample is taken. */
  readonly time: number;
}

/** For work that takes seconds. */
export const fewSamples: SamplingLimits = { least: 3, most: 50, time: 4000 };

/** Milliseconds of a run that is not repeated: the spread is small beside it, and patience ends. */
export const slowRun = 30_000;

/** Whether another sample is due after so many, which took so many milliseconds. */
export function wantsMore(
  samples: number,
  milliseconds: number,
  { least, most, time }: SamplingLimits,
): boolean {
  return samples < least || (samples < most && milliseconds < time);
}

/** Times of `runOnce`; two untimed runs come first. */
export async function sampleProgram(
  gpu: Gpu,
  monitor: LoadMonitor,
  programs: readonly Program[],
  limits: SamplingLimits,
): Promise<Sample> {
  return sampleRuns(monitor, () => runOnce(gpu, programs), limits, 2);
}

/**
 * Times of anything that says how long it took.
 * @param once does it and returns milliseconds
 * @param untimed runs that come first: they compile, and fill caches
 */
export async function sampleRuns(
  monitor: LoadMonitor,
  once: () => Promise<number>,
  limits: SamplingLimits,
  untimed: number,
): Promise<Sample> {
  for (let run = 0; run < untimed; run++) await once();
  const round = async () => {
    const times: number[] = [];
    const begun = performance.now();
    do times.push(await once());
    while (performance.now() - begun < monitor.roundMs);
    return times;
  };
  const { times, slowdown } = await interleave(
    monitor,
    round,
    (taken, milliseconds) =>
      !wantsMore(taken.length, milliseconds, limits) || taken.some((milliseconds) => milliseconds > slowRun),
  );
  return { ...sampleOf(times), slowdown };
}

export function sampleOf(times: readonly number[]): Sample {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  const [lowMs, highMs] = medianInterval(sorted);
  const every = Math.max(1, times.length / mostTimes);
  const kept = Array.from({ length: Math.min(times.length, mostTimes) }, (_, index) => {
    return Number((times[Math.floor(index * every)] ?? NaN).toFixed(4));
  });
  const spread = { p10Ms: at(0.1), p90Ms: at(0.9), lowMs, highMs };
  const humps = isBimodal(times) ? { humps: 2 as const } : {};
  return { medianMs: at(0.5), ...spread, samples: times.length, ...humps, times: kept };
}

/** Samples that a results file keeps of a row. */
const mostTimes = 50;
