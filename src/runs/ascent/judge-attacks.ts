/** What a network names pictures that were changed, and how far they are from those that they were. */
import type { Image } from '../../image/image.ts';
import { judgeAll } from '../../model/judge.ts';
import { attackOf, startFileOf } from './attacks.ts';
import { bestConfidence, namedAt, type Trajectory } from '../../ascent/trajectory.ts';
import { distanceBetween } from './distance.ts';
import type { AscentRow } from './schema.ts';
import type { RecordedAscent } from './start.ts';
import { startOf } from '../../ascent/start-pictures.ts';

/**
 * @param pictures the best one of each trajectory
 * @returns undefined where the ascent starts from no pictures
 */
export async function judgeAttacks(
  { starts, model, run }: Pick<RecordedAscent, 'starts' | 'model' | 'run'>,
  trajectories: readonly Trajectory[],
  pictures: readonly Image[],
): Promise<Pick<AscentRow, 'distance' | 'attack'>[] | undefined> {
  if (!starts) return undefined;
  // Where the record has a confidence in that class already, it is the one of the image.
  const unrecorded = [...trajectories.keys()].filter((index) => {
    const trajectory = trajectories[index];
    return trajectory && (trajectory.objective.watched ?? namedAt(trajectory)) !== namedAt(trajectory);
  });
  const judged = await judgeAll(
    starts.judge,
    unrecorded.flatMap((index) => pictures[index]?.bytes ?? []),
  );
  const confidences = new Map(unrecorded.map((index, place) => [index, judged[place]]));
  return trajectories.map((trajectory, index) => {
    const { objective } = trajectory;
    const { pixels, before } = startOf(objective, starts.pictures);
    const named = namedAt(trajectory);
    const confidence = confidences.has(index)
      ? (confidences.get(index)?.[named] ?? 0)
      : bestConfidence(trajectory);
    const after = { class: named, label: model.labels[named] ?? '', confidence };
    return {
      distance: distanceBetween(pictures[index]?.bytes ?? pixels, pixels),
      attack: attackOf(objective, startFileOf(run.settings, objective)?.file ?? '', before, after),
    };
  });
}
