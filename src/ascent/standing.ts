/** How far an ascent is, and how much is left of it. */
import { summarise } from '../util/confidence-statistics.ts';
import type { AscentView } from './recorder.ts';
import { bestConfidence, type Trajectory } from './trajectory.ts';
import type { AscentSettings } from './settings.ts';

/** How much of an ascent is left. */
export interface Standing {
  /** Iterations of objectives that are done or need not be done any more, over all trials. */
  readonly settled: number;
  /** Objectives of this trial that are done. */
  readonly done: number;
  /** Images that are still to be judged, and iterations of the batch in which that is done: about as many, as objectives go. */
  readonly imagesLeft: number;
  readonly iterationsLeft: number;
  /** Of a single objective that wants no class: its value at the start, and at the best image so far. */
  readonly value?: { readonly start: number; readonly best: number };
}

/**
 * How far an ascent is. Confidences are the best so far of the objectives that have begun and want a class; absent where there
 * is none.
 */
export interface Progress {
  readonly trial: number;
  /** Of the batch that is climbed. */
  readonly iteration: number;
  /** Images judged so far, over all trials. */
  readonly evaluations: number;
  readonly median?: number;
  readonly mean?: number;
  readonly min?: number;
  readonly best?: number;
}

export function progressOf({ trial, evaluations, queue }: AscentView): Progress {
  const wanted = queue.trajectories.filter(({ objective }) => objective.watched !== null);
  const counts = { trial, iteration: queue.iteration, evaluations };
  if (wanted.length === 0) return counts;
  const { median, mean, min, best } = summarise(wanted.map(bestConfidence));
  return { ...counts, median, mean, min, best };
}

/**
 * What is left is estimated: an objective that has begun takes all its steps, one that has not as many as those that are done
 * took on average, which may have been spared most of theirs.
 * @param trial that is made
 * @param trajectories of this trial: those that have begun, in the order of the objectives
 */
export function standingOf(
  { objectives, steps, trials, batch, parametrisation }: AscentSettings,
  trial: number,
  trajectories: readonly Trajectory[],
): Standing {
  const whole = steps + 1;
  const closed = trajectories.filter((trajectory) => trajectory.closed);
  const open = trajectories
    .filter((trajectory) => !trajectory.closed)
    .map(({ value }) => whole - value.length);
  const usual = closed.length > 0 ? sum(closed.map(({ value }) => value.length)) / closed.length : whole;
  const waiting = objectives.length - trajectories.length;
  const lanes = Math.min(batch, objectives.length);
  const otherTrials = trials.length - 1 - trial;
  const fillings = (count: number) => Math.ceil(count / lanes) * usual;
  const longest = Math.max(0, ...open);
  // Lanes of CPPNs wait for one another; any other one that is done begins the next objective.
  const here =
    parametrisation.kind === 'cppn'
      ? longest + fillings(waiting)
      : Math.max(longest, (sum(open) + waiting * usual) / lanes);
  const [trajectory] = trajectories;
  return {
    settled:
      trial * objectives.length * whole + closed.length * whole + sum(open.map((left) => whole - left)),
    done: closed.length,
    imagesLeft: Math.round(sum(open) + (waiting + otherTrials * objectives.length) * usual),
    iterationsLeft: Math.round(here + otherTrials * fillings(objectives.length)),
    ...(objectives.length === 1 &&
      trajectory?.objective.watched === null && {
        value: { start: trajectory.value[0] ?? 0, best: trajectory.value[trajectory.best.iteration] ?? 0 },
      }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
