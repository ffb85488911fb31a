/** What the archive and the history say of a trajectory. */
import { bestConfidence, finiteOr0, namedAt, type Trajectory } from '../../ascent/trajectory.ts';
import type { Model } from '../../model/model.ts';
import { milestones, type AscentHistory, type AscentRow } from './schema.ts';

/** @param picture path of its PNG */
export function rowOf(trajectory: Trajectory, { labels }: Pick<Model, 'labels'>, picture: string): AscentRow {
  const { objective, confidence, named, value, best, fault } = trajectory;
  const { watched } = objective;
  const number = watched ?? namedAt(trajectory);
  const first = (least: number) => {
    const iteration = confidence.findIndex((one) => one >= least);
    return iteration < 0 ? null : iteration;
  };
  const firstNamed = named.indexOf(watched ?? -1);
  return {
    objective: objective.name,
    class: number,
    label: labels[number] ?? '',
    confidence: bestConfidence(trajectory),
    ...(best.logOdds !== undefined && Number.isFinite(best.logOdds) && { logOdds: best.logOdds }),
    value: finiteOr0(value[best.iteration]),
    startValue: finiteOr0(value[0]),
    iteration: best.iteration,
    iterations: Math.max(0, value.length - 1),
    firstNamed: firstNamed < 0 ? null : firstNamed,
    reached: milestones.map((least) => (watched === null ? null : first(least))),
    ...(fault === undefined ? {} : { fault }),
    picture,
  };
}

export function historyOf(trajectory: Trajectory): AscentHistory {
  const { objective, value, confidence, named, gradientNorm, imageNorm } = trajectory;
  const finite = (numbers: readonly number[]) => numbers.map(finiteOr0);
  return {
    objective: objective.name,
    value: finite(value),
    confidence: finite(confidence),
    named: finite(named),
    gradientNorm: finite(gradientNorm),
    imageNorm: finite(imageNorm),
  };
}
