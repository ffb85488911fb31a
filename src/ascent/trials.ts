/** What a trial came to, and which is the best. */
import { summarise } from '../evolution/statistics.ts';
import { milestones, type AscentRow, type TrialRecord } from './records.ts';
import type { Trial } from './settings.ts';

const goal = milestones.indexOf(0.9999);

export function summariseTrial({ name, climb }: Trial, rows: readonly AscentRow[]): TrialRecord {
  const { median, mean, min } = summarise(rows.map(({ confidence }) => confidence));
  const first = rows.map(({ reached }) => reached[goal] ?? Infinity).sort((a, b) => a - b);
  const middle = first[Math.floor((first.length - 1) / 2)] ?? Infinity;
  return {
    name,
    climb,
    medianConfidence: median,
    meanConfidence: mean,
    minConfidence: min,
    reached9999: first.filter(Number.isFinite).length,
    medianIterations: Number.isFinite(middle) ? middle : null,
    rows,
  };
}

/** The one that took most objectives to 0.9999, then the one of the higher median confidence, then the quicker, then the earlier. */
export function bestTrial(trials: readonly TrialRecord[]): TrialRecord | undefined {
  return trials.reduce<TrialRecord | undefined>(
    (best, trial) => (best === undefined || isBetter(trial, best) ? trial : best),
    undefined,
  );
}

function isBetter(one: TrialRecord, other: TrialRecord): boolean {
  if (one.reached9999 !== other.reached9999) return one.reached9999 > other.reached9999;
  if (one.medianConfidence !== other.medianConfidence) return one.medianConfidence > other.medianConfidence;
  return (one.medianIterations ?? Infinity) < (other.medianIterations ?? Infinity);
}
