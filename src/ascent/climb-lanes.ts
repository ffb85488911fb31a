/** Iterations of a batch in one submission, and what each lane's trajectory says of them. */
import type { Model } from '../model/model.ts';
import type { OccupiedLane } from './lane-queue.ts';
import { diagnose } from './lost-gradient.ts';
import type { ObjectiveGraph } from './objective-graph.ts';
import type { Optimiser } from './optimiser/optimiser.ts';
import type { AscentSettings } from './settings.ts';
import { follow, isStuck, lostAt } from './trajectory.ts';

export interface Iterations {
  /** Number of the first one, counted from the first lanes' start. */
  readonly first: number;
  readonly count: number;
  /** The number at which each lane's objective started. */
  readonly starts: readonly number[];
}

/**
 * @param lanes those that are open
 * @returns images that were judged, those of lanes that were done on the way left out
 */
export async function climbLanes(
  graph: ObjectiveGraph,
  optimiser: Optimiser,
  lanes: readonly OccupiedLane[],
  { first, count, starts }: Iterations,
  limits: Pick<AscentSettings, 'until' | 'steps'>,
): Promise<number> {
  const byte = inputOfByte(graph.model);
  let judged = 0;
  for (const iteration of await optimiser.climb(first, count, starts)) {
    for (const { lane, trajectory } of lanes) {
      if (!trajectory.closed) judged++;
      follow(trajectory, iteration, lane, limits, byte);
    }
  }
  for (const { lane, trajectory } of lanes) {
    if (isStuck(trajectory) && trajectory.fault === undefined)
      trajectory.fault = `${await diagnose(graph, lane)} (iteration ${String(lostAt(trajectory))})`;
  }
  return judged;
}

/** What a byte of the image is in the network's input, the mean over the channels. */
function inputOfByte({ preprocessing: { scale } }: Model): number {
  return scale.reduce((sum, one) => sum + Math.abs(one), 0) / scale.length;
}
