/** Trajectories as a checkpoint holds them; their objectives stand in the settings. */
import { z } from 'zod';
import type { Objective } from '../../ascent/objective/objective.ts';
import { newTrajectory, worst, type Trajectory } from '../../ascent/trajectory.ts';
import { logOddsOf } from '../../model/log-odds.ts';
import { count, logOdds } from '../evolution/schema.ts';
import type { Immutable } from '../immutable.ts';

// JSON cannot hold what is no finite number; a trajectory that holds one is closed.
const numbers = z.array(z.number().nullable()).transform((values) => values.map((value) => value ?? NaN));

export const storedTrajectorySchema = z.object({
  value: numbers,
  confidence: numbers,
  named: numbers,
  gradientNorm: numbers,
  imageNorm: numbers,
  best: z.object({
    iteration: count,
    score: z.number(),
    logOdds: logOdds
      .nullable()
      .transform((value) => value ?? NaN)
      .exactOptional(),
  }),
  idle: count,
  closed: z.boolean(),
  fault: z.string().exactOptional(),
});

export type StoredTrajectory = Immutable<z.infer<typeof storedTrajectorySchema>>;

export function storedOf(trajectory: Trajectory): StoredTrajectory {
  const { value, confidence, named, gradientNorm, imageNorm, best, idle, closed, fault } = trajectory;
  const stored = { value, confidence, named, gradientNorm, imageNorm, best, idle, closed };
  return fault === undefined ? stored : { ...stored, fault };
}

/**
 * The trajectory to go on from. An older state compared images by confidence: its best image then counts by the log-odds of that,
 * as far as its confidence tells them.
 */
export function restored(objective: Objective, stored: StoredTrajectory): Trajectory {
  const { value, confidence, named, gradientNorm, imageNorm, ...rest } = stored;
  const trajectory: Trajectory = {
    ...newTrajectory(objective),
    ...rest,
    value: [...value],
    confidence: [...confidence],
    named: [...named],
    gradientNorm: [...gradientNorm],
    imageNorm: [...imageNorm],
  };
  const { best } = trajectory;
  if (objective.watched === null || best.logOdds !== undefined || best.score <= worst) return trajectory;
  return { ...trajectory, best: { ...best, score: Math.fround(logOddsOf(best.score)) } };
}
