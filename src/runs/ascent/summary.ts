/** `summary.json`: what a whole ascent came to. */
import type { AscentView } from '../../ascent/recorder.ts';
import { summariseAttacks } from './attacks.ts';
import { rowOf } from './rows.ts';
import type { AscentRow, AscentSummary, TrialRecord } from './schema.ts';
import type { RecordedAscent } from './start.ts';
import { bestTrial, summariseRows } from './trial-summary.ts';

interface Written {
  /** Those that are complete, where there are several. */
  readonly trials: readonly TrialRecord[];
  /** Of this trial: what is done. */
  readonly rows: readonly AscentRow[];
  /** Wall-clock seconds of the run, interruptions left out. */
  readonly seconds: number;
}

export function summaryOf(
  { run, model }: Pick<RecordedAscent, 'run' | 'model'>,
  { trial, evaluations, queue }: AscentView,
  { trials, rows, seconds }: Written,
): AscentSummary {
  const { settings, adapter } = run;
  const best = bestTrial(trials);
  const current = queue.trajectories.map((trajectory) => rowOf(trajectory, model, ''));
  const attack = summariseAttacks(best?.rows ?? rows);
  const climbed = trial * settings.objectives.length + queue.trajectories.length;
  return {
    model: settings.model,
    objectives: settings.objectives.length,
    steps: settings.steps,
    seed: settings.seed,
    adapter: adapter.name,
    evaluations,
    seconds,
    evaluationsPerSecond: evaluations / seconds,
    secondsPerObjective: seconds / Math.max(1, climbed),
    ...summariseRows(best?.rows ?? current, settings),
    ...(best && { bestTrial: best.name }),
    ...(attack && { attack }),
    complete: trial === settings.trials.length - 1 && queue.isDone,
  };
}
