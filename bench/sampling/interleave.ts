/**
 * Samples interleaved with probes of the machine's load. Whether samples are taken again depends on the probes alone, never on
 * what was measured.
 */
import { undisturbedBelow, type LoadMonitor } from './machine-load.ts';

export interface Sampled {
  /** Milliseconds of each sample. */
  readonly times: readonly number[];
  /** Of the machine meanwhile. */
  readonly slowdown: number;
}

export interface SamplingPatience {
  /** Most attempts at a measurement. */
  readonly attempts: number;
  /** Milliseconds after which it is not sampled again. */
  readonly time: number;
}

export const usualPatience: SamplingPatience = { attempts: 3, time: 20_000 };

/** Milliseconds of samples for each probe. */
const perProbe = 150;
const mostProbes = 8;

/**
 * Measures again where the machine was disturbed meanwhile, and keeps the least disturbed attempt.
 * @param measure takes some samples; gives their milliseconds
 * @param enough whether these samples, which took so many milliseconds together, suffice
 */
export async function interleave(
  monitor: LoadMonitor,
  measure: () => Promise<readonly number[]>,
  enough: (times: readonly number[], milliseconds: number) => boolean,
  { attempts, time }: SamplingPatience = usualPatience,
): Promise<Sampled> {
  const started = performance.now();
  let kept: Sampled | undefined;
  for (let attempt = 1; ; attempt++) {
    const sampled = await sampleOnce(monitor, measure, enough);
    if (!kept || sampled.slowdown < kept.slowdown) kept = sampled;
    const patient = attempt < attempts && performance.now() - started < time;
    if (kept.slowdown <= undisturbedBelow || !patient) return kept;
  }
}

async function sampleOnce(
  monitor: LoadMonitor,
  measure: () => Promise<readonly number[]>,
  enough: (times: readonly number[], milliseconds: number) => boolean,
): Promise<Sampled> {
  const times: number[] = [];
  await monitor.ready();
  const probes = [await monitor.probe()];
  let spent = 0;
  do {
    if (times.length > 0) await monitor.ready();
    const begun = performance.now();
    times.push(...(await measure()));
    const milliseconds = performance.now() - begun;
    spent += milliseconds;
    const due = Math.min(mostProbes, Math.max(1, Math.round(milliseconds / perProbe)));
    for (let probe = 0; probe < due; probe++) probes.push(await monitor.probe());
  } while (!enough(times, spent));
  return { times, slowdown: monitor.slowdownOf(probes, spent / times.length) };
}
