/** Where the time of a submission goes: each dispatch by the clock of the device, and what is left beside them. */
import type { Gpu } from '../../src/gpu/device.ts';
import { timeDispatches, type TimedProgram, type TimedDispatch } from '../sampling/dispatch-times.ts';
import { medianOf } from '../sampling/median-interval.ts';
import { runOnce } from '../sampling/run-once.ts';
import { wantsMore } from '../sampling/sampling.ts';
import type { LayerResult } from '../report/results-file.ts';

/** Of a row of a network. */
export interface Breakdown {
  /** Dispatches of a submission. */
  readonly dispatches: number;
  /** Wall time of a submission less the sum of its dispatches, 0 where they overlap. */
  readonly overheadMs: number;
  /** `overheadMs` as a share of that wall time, 0 to 1. */
  readonly overheadShare: number;
  readonly layers: readonly LayerResult[];
}

export interface MeasuredBreakdown extends Breakdown {
  /** The dispatches of one submission, for a trace. */
  readonly timeline: readonly TimedDispatch[];
}

/** The same work twice: with a clock read around every dispatch, then as it is used. */
export interface TimedRun {
  readonly dispatches: readonly TimedDispatch[];
  /** Wall time of a submission without clocks. */
  readonly wallMs: number;
}

/** Submissions that are timed, and milliseconds after which no further one is. */
const limits = { least: 3, most: 15, time: 3000 } as const;

/**
 * Times every dispatch of the passes, and the passes as one submission, in turns, so that load on the machine slows both.
 * Undefined where the adapter has no clock.
 */
export async function breakDown(
  gpu: Gpu,
  passes: readonly TimedProgram[],
): Promise<MeasuredBreakdown | undefined> {
  const runs: TimedRun[] = [];
  const programs = passes.map(({ program }) => program);
  const started = performance.now();
  while (wantsMore(runs.length, performance.now() - started, limits)) {
    const timed = await timeDispatches(gpu, passes);
    if (!timed) return undefined;
    runs.push({ dispatches: timed, wallMs: await runOnce(gpu, programs) });
  }
  return { ...summariseRuns(runs), timeline: medianRun(runs) };
}

/** @param runs the same dispatches in each, at least one run */
export function summariseRuns(runs: readonly TimedRun[]): Breakdown {
  const dispatches = runs[0]?.dispatches ?? [];
  const medians = dispatches.map((_, index) =>
    // Clocks that cross a change of frequency may run backwards: such a difference says nothing.
    medianOf(
      runs.flatMap((run) => run.dispatches[index]?.durationMs ?? []).filter((duration) => duration >= 0),
    ),
  );
  const sum = medians.reduce((total, median) => total + median, 0);
  const wallMs = medianOf(runs.map((run) => run.wallMs));
  const overheadMs = Math.max(0, medianOf(runs.map((run) => run.wallMs - lengthOf(run))));
  const layers = dispatches.map(({ pass, dispatch: { label, launch } }, index): LayerResult => {
    const { kernel, workgroups, flops, bytes } = launch;
    const medianMs = medians[index] ?? 0;
    const perSecond = (amount: number) => (medianMs > 0 ? amount / (1e6 * medianMs) : 0);
    return {
      pass,
      label,
      kernel: `${kernel.family}/${kernel.variant}`,
      workgroups: [...workgroups],
      medianMs,
      gflops: perSecond(flops),
      gbps: perSecond(bytes),
      share: sum > 0 ? medianMs / sum : 0,
    };
  });
  const overheadShare = wallMs > 0 ? overheadMs / wallMs : 0;
  return { dispatches: dispatches.length, overheadMs, overheadShare, layers };
}

/** The run of median length: one that really happened, for a trace. */
function medianRun(runs: readonly TimedRun[]): readonly TimedDispatch[] {
  const sorted = [...runs].sort((a, b) => lengthOf(a) - lengthOf(b));
  return sorted[Math.floor(sorted.length / 2)]?.dispatches ?? [];
}

function lengthOf({ dispatches }: TimedRun): number {
  return dispatches.reduce((sum, { durationMs }) => sum + Math.max(0, durationMs), 0);
}
