/** Images per second with several submissions in flight, beside the latency of one that is waited for. */
import { sampleRuns, type Sample, type SamplingLimits } from './sampling.ts';
import type { LoadMonitor } from './machine-load.ts';

export interface Throughput {
  /** Images per second. */
  readonly throughput: number;
  /** Submissions that are made before the last is waited for. */
  readonly inFlight: number;
}

const most = 16;
/** Milliseconds of work that is enough to hide what lies between two submissions. */
const enough = 400;
/** Milliseconds of a submission from which on waiting for it is nothing beside it. */
const long = 2000;
const limits: SamplingLimits = { least: 1, most: 10, time: 600 };

export const inFlightFor = (latencyMs: number): number =>
  Math.min(most, Math.max(2, Math.round(enough / latencyMs)));

/**
 * @param images of a submission
 * @param latency of one that is waited for
 * @param submit makes so many submissions, one after the other, and waits for the last
 * @returns nothing where a submission takes so long that waiting for it does not show
 */
export async function throughputOf(
  monitor: LoadMonitor,
  images: number,
  { medianMs }: Pick<Sample, 'medianMs'>,
  submit: (times: number) => Promise<void>,
): Promise<Throughput | undefined> {
  if (medianMs > long) return undefined;
  const inFlight = inFlightFor(medianMs);
  const once = async () => {
    const start = performance.now();
    await submit(inFlight);
    return (performance.now() - start) / inFlight;
  };
  const sample = await sampleRuns(monitor, once, limits, 0);
  return { throughput: (1e3 * images) / sample.medianMs, inFlight };
}
