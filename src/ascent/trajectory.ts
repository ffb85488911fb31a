/** The trajectory of one ascent: what every iteration said of it, when it ends, and what the records say of it. */
import { stepPatience } from '../kernels/ascent/ascent-step.ts';
import { logOddsOf } from '../model/log-odds.ts';
import type { Model } from '../model/model.ts';
import type { Iteration } from './optimiser/optimiser.ts';
import type { Objective } from './objective/objective.ts';
import type { AscentSettings } from './settings.ts';
import { milestones, type AscentHistory, type AscentRow } from '../runs/ascent/records.ts';

export interface Best {
  readonly iteration: number;
  /** What images are compared by: log-odds of the watched class, else the value; below all of them before the first. */
  readonly score: number;
  /** Of the image's confidence; none before the first image. */
  readonly logOdds?: number;
}

/** Numbers of an ascent by iteration; the first are of the start, before any step. */
export interface Trajectory {
  readonly objective: Objective;
  readonly value: number[];
  readonly confidence: number[];
  readonly named: number[];
  readonly gradientNorm: number[];
  /** Root mean square of the image minus the mean image, as far as the network sees it, in bytes. */
  readonly imageNorm: number[];
  /** The iteration of the best image. */
  best: Best;
  /** Iterations in a row without a gradient. */
  idle: number;
  /** Nothing more is written down of it. */
  closed: boolean;
  fault?: string;
}

/** A trajectory without its objective, which the settings hold. */
export type StoredTrajectory = Omit<Trajectory, 'objective'>;

export function storedOf(trajectory: Trajectory): StoredTrajectory {
  const { value, confidence, named, gradientNorm, imageNorm, best, idle, closed, fault } = trajectory;
  const numbers = { value, confidence, named, gradientNorm, imageNorm, best, idle, closed };
  return fault === undefined ? numbers : { ...numbers, fault };
}

/** As the device's lanes begin. */
const worst = -3e38;

export const newTrajectory = (objective: Objective): Trajectory => ({
  objective,
  value: [],
  confidence: [],
  named: [],
  gradientNorm: [],
  imageNorm: [],
  best: { iteration: 0, score: worst },
  idle: 0,
  closed: false,
});

/**
 * Writes an iteration down, by the same rules by which the device keeps the best picture.
 * @param byte what a byte of the picture is in the network's input
 */
export function follow(
  trajectory: Trajectory,
  iteration: Iteration,
  lane: number,
  { until, steps }: Pick<AscentSettings, 'until' | 'steps'>,
  byte: number,
): void {
  if (trajectory.closed) return;
  const at = (row: Float32Array) => row[lane] ?? NaN;
  const gradientNorm = at(iteration.gradientNorm);
  trajectory.value.push(at(iteration.value));
  trajectory.confidence.push(at(iteration.confidence));
  trajectory.named.push(at(iteration.named));
  trajectory.gradientNorm.push(gradientNorm);
  trajectory.imageNorm.push(at(iteration.inputNorm) / byte);
  const isWatched = trajectory.objective.watched !== null;
  const logOdds = at(iteration.logOdds);
  const score = isWatched ? logOdds : at(iteration.value);
  const improved = score > trajectory.best.score;
  if (improved) trajectory.best = { iteration: trajectory.value.length - 1, score, logOdds };
  if (isUsable(gradientNorm)) trajectory.idle = 0;
  else trajectory.idle = gradientNorm === 0 ? trajectory.idle + 1 : stepPatience;
  trajectory.closed =
    (until !== undefined && improved && at(isWatched ? iteration.confidence : iteration.value) >= until) ||
    trajectory.idle >= stepPatience ||
    trajectory.value.length > steps;
}

/**
 * A trajectory of an older state, which compared images by confidence, as one that compares by log-odds; those of its best image
 * are known as far as its confidence tells.
 */
export function rescored(trajectory: Trajectory): Trajectory {
  const { objective, best } = trajectory;
  if (objective.watched === null || best.logOdds !== undefined || best.score <= worst) return trajectory;
  return { ...trajectory, best: { ...best, score: Math.fround(logOddsOf(best.score)) } };
}

const isUsable = (gradientNorm: number): boolean => gradientNorm > 0 && Number.isFinite(gradientNorm);

/** The iteration from which on there was no gradient. */
export const lostAt = ({ gradientNorm }: Trajectory): number => gradientNorm.findLastIndex(isUsable) + 1;

/** Whether it was closed because nothing led on, and that before the network was as good as certain. */
export function isStuck({ idle, confidence, objective, best }: Trajectory): boolean {
  const certain = objective.watched !== null && (confidence[best.iteration] ?? 0) >= milestones[3];
  return idle >= stepPatience && !certain;
}

/** The class that the network names the best image. */
export const namedAt = ({ named, best }: Trajectory): number => named[best.iteration] ?? 0;

/** Of the best image; 0 where it was never a number. */
export const bestConfidence = ({ confidence, best }: Trajectory): number =>
  finiteOr0(confidence[best.iteration]);

/** @param picture path of its PNG */
export function rowOf(trajectory: Trajectory, { labels }: Model, picture: string): AscentRow {
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
    ...(Number.isFinite(best.logOdds) && { logOdds: best.logOdds }),
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

/** Numbers that are none, which JSON has no word for, are 0 in it; the trajectory's fault says so. */
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

const finiteOr0 = (value: number | undefined): number => (Number.isFinite(value) ? (value ?? 0) : 0);
