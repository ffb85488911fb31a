/** What a trial came to, and which is the best. */
import { summarise } from '../../util/confidence-statistics.ts';
import { isAttack } from './attacks.ts';
import type { Objective } from '../../ascent/objective/objective.ts';
import {
  milestones,
  type AscentRow,
  type AscentSummary,
  type ObjectiveValue,
  type TrialRecord,
} from './schema.ts';
import { isWatched, type AscentSettings, type Trial } from '../../ascent/settings.ts';

const goal = milestones.indexOf(0.9999);

/** @param objectives of the rows */
export function summariseTrial(
  { name, climb }: Trial,
  rows: readonly AscentRow[],
  objectives: readonly Objective[],
): TrialRecord {
  const wanted = rows.filter((_, index) => isWatched({ objectives }, index));
  const { median, mean, min } = summarise(
    wanted.length > 0 ? wanted.map(({ confidence }) => confidence) : [0],
  );
  const first = rows.map(({ reached }) => reached[goal] ?? Infinity).sort((a, b) => a - b);
  const middle = first[Math.floor((first.length - 1) / 2)] ?? Infinity;
  return {
    name,
    climb,
    medianConfidence: median,
    meanConfidence: mean,
    minConfidence: min,
    ...(wanted.length === 0 && { medianValue: summarise(rows.map(({ value }) => value)).median }),
    reached9999: first.filter(Number.isFinite).length,
    medianIterations: Number.isFinite(middle) ? middle : null,
    rows,
  };
}

/**
 * The one that took most objectives to 0.9999, then the one of the higher median confidence, then the quicker, then the earlier;
 * where no class is wanted, the one of the higher median value.
 */
export function bestTrial(trials: readonly TrialRecord[]): TrialRecord | undefined {
  return trials.reduce<TrialRecord | undefined>(
    (best, trial) => (best === undefined || isBetter(trial, best) ? trial : best),
    undefined,
  );
}

export function isBetter(one: TrialRecord, other: TrialRecord): boolean {
  if (one.medianValue !== undefined && other.medianValue !== undefined)
    return one.medianValue > other.medianValue;
  if (one.reached9999 !== other.reached9999) return one.reached9999 > other.reached9999;
  if (one.medianConfidence !== other.medianConfidence) return one.medianConfidence > other.medianConfidence;
  return (one.medianIterations ?? Infinity) < (other.medianIterations ?? Infinity);
}

/** Confidences of the rows that want a class, the values of the others; attacks by which a class is left are told elsewhere. */
export function summariseRows(
  rows: readonly AscentRow[],
  { objectives, start }: Pick<AscentSettings, 'objectives' | 'start'>,
): Partial<AscentSummary> {
  const wanted = rows.flatMap(({ confidence }, index) =>
    isWatched({ objectives }, index) ? [confidence] : [],
  );
  const values = rows.flatMap(({ objective: name, value, startValue = value }, index): ObjectiveValue[] => {
    const objective = objectives[index];
    const isValue = objective?.watched === null && !isAttack(objective, start);
    return isValue ? [{ objective: name, start: startValue, end: value }] : [];
  });
  const { median, mean, min, above99, above9999 } = summarise(wanted.length > 0 ? wanted : [0]);
  return {
    ...(wanted.length > 0 && {
      medianConfidence: median,
      meanConfidence: mean,
      minConfidence: min,
      cellsAbove99: above99,
      cellsAbove9999: above9999,
    }),
    ...(values.length > 0 && { values }),
  };
}
