/** The trajectory of one ascent: what every iteration said of it, when it ends, and what the records say of it. */
import { stepPatience } from '../kernels/ascent/ascent-step.ts';
import type { Iteration } from './optimiser/optimiser.ts';
import type { Objective } from './objective/objective.ts';
import type { AscentSettings } from './settings.ts';

/** The best image of a trajectory so far. */
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

/** As the device's lanes begin. */
export const worst = -3e38;

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

const isUsable = (gradientNorm: number): boolean => gradientNorm > 0 && Number.isFinite(gradientNorm);

/** The iteration from which on there was no gradient. */
export const lostAt = ({ gradientNorm }: Trajectory): number => gradientNorm.findLastIndex(isUsable) + 1;

/** A confidence at which a gradient that vanishes is no fault. */
const asGoodAsCertain = 0.9999;

/** Whether it was closed because nothing led on, and that before the network was as good as certain. */
export function isStuck({ idle, confidence, objective, best }: Trajectory): boolean {
  const certain = objective.watched !== null && (confidence[best.iteration] ?? 0) >= asGoodAsCertain;
  return idle >= stepPatience && !certain;
}

/** The class that the network names the best image. */
export const namedAt = ({ named, best }: Trajectory): number => named[best.iteration] ?? 0;

/** Of the best image; 0 where it was never a number. */
export const bestConfidence = ({ confidence, best }: Trajectory): number =>
  finiteOr0(confidence[best.iteration]);

/** What is no finite number, which JSON cannot hold, is 0 in records; the trajectory's fault says so. */
export const finiteOr0 = (value: number | undefined): number => (Number.isFinite(value) ? (value ?? 0) : 0);
