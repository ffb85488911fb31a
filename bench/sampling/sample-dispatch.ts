/** Times of one dispatch: by the device's clock where it has one, else by ours around a submission. */
import type { Gpu } from '../../src/gpu/device.ts';
import { Program, type Dispatch } from '../../src/gpu/program.ts';
import { timeSpans } from './dispatch-times.ts';
import { relativeHalfWidth } from './median-interval.ts';
import { interleave, type SamplingPatience } from './interleave.ts';
import { runOnce } from './run-once.ts';
import { sampleOf, type Sample } from './sampling.ts';
import type { LoadMonitor } from './machine-load.ts';

export interface DispatchSample extends Sample {
  readonly timer: 'timestamps' | 'wall clock';
}

export interface DispatchLimits {
  /** Milliseconds after which no further sample is taken. */
  readonly time: number;
}

/** Milliseconds of a sample at least: a shorter dispatch is repeated within it. */
const shortest = 1;
const mostRepeats = 256;
/** `toBeKnown`: fewer that lie close together may do so by luck. */
const samples = { least: 3, toBeKnown: 10, most: 200 };
/** Half the width of the median's confidence interval, as a share of it, with which the median is known well enough. */
const wellKnown = 0.02;
/** There are hundreds of variants: a disturbance that lasts meets some of them, and their rows say so. */
const brief: SamplingPatience = { attempts: 2, time: 4000 };
/** Samples of one submission: the device's clock tells them apart. */
const together = 8;

/** One untimed run comes first. No sample is left out for being far from the others. */
export async function sampleDispatch(
  gpu: Gpu,
  monitor: LoadMonitor,
  dispatch: Dispatch,
  { time }: DispatchLimits,
): Promise<DispatchSample> {
  const clocked = gpu.has('timestamp-query');
  await monitor.ready();
  await runOnce(gpu, [new Program([dispatch])]);
  const [first = 1] = await sampleOnce(gpu, dispatch, 1, 1, clocked);
  const usual = Math.max(1e-4, first);
  const repeats = Math.min(mostRepeats, Math.ceil(shortest / usual));
  const atOnce = Math.max(1, Math.min(together, Math.floor(time / (4 * usual * repeats))));
  const round = async () => {
    const times: number[] = [];
    const begun = performance.now();
    do times.push(...(await sampleOnce(gpu, dispatch, repeats, atOnce, clocked)));
    while (performance.now() - begun < Math.min(monitor.roundMs, time));
    return times;
  };
  const enough = (times: readonly number[], milliseconds: number) =>
    usual >= 4 * time ||
    times.length >= samples.most ||
    (times.length >= samples.least && milliseconds > time) ||
    (times.length >= samples.toBeKnown && relativeHalfWidth(times) < wellKnown);
  const { times, slowdown } = await interleave(monitor, round, enough, brief);
  return { ...sampleOf(times), slowdown, timer: clocked ? 'timestamps' : 'wall clock' };
}

/** Milliseconds of a dispatch, of as many samples as are asked for at once. */
async function sampleOnce(
  gpu: Gpu,
  dispatch: Dispatch,
  repeats: number,
  count: number,
  clocked: boolean,
): Promise<number[]> {
  const repeated = Array.from({ length: repeats }, () => dispatch);
  const spans = clocked
    ? await timeSpans(
        gpu,
        Array.from({ length: count }, () => repeated),
      )
    : undefined;
  // A clock that goes backwards has told nothing.
  const told = spans?.map(({ durationMs }) => durationMs).filter((time) => time >= 0) ?? [];
  const times = told.length > 0 ? told : [await runOnce(gpu, [new Program(repeated)])];
  gpu.check();
  return times.map((time) => time / repeats);
}
