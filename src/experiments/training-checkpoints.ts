/** Checkpoints of trainings that are steps of experiments: where one stopped, another process goes on bit for bit. */
import { SavingPace } from '../runs/saving-pace.ts';
import type { Checkpoints } from '../model/training/background-saver.ts';
import {
  readTrainingCheckpoint,
  writeCheckpoint,
  type TrainingCheckpoint,
  type TrainingPlan,
} from '../model/training/training-checkpoint.ts';
import { TrainingCheckpointError } from '../model/training/training-state.ts';
import { markOf } from '../storage/checksum.ts';
import type { Host } from './experiment.ts';

/** Milliseconds between checkpoints, at least, and the share of the time that saving them may take. */
const pace = { every: 10_000, share: 0.03 };

/** Where an earlier process stopped; a checkpoint that is damaged, or another training's, costs its steps and a warning. */
export async function checkpointIn(
  { storage, onWarning }: Host,
  path: string,
  plan: TrainingPlan,
): Promise<TrainingCheckpoint | undefined> {
  const bytes = await storage.read(path);
  if (!bytes) return undefined;
  try {
    const found = await readTrainingCheckpoint(bytes, path);
    if (markOf(planOf(found)) === markOf(planOf(plan))) return found;
    throw new TrainingCheckpointError(`${path} comes from another training`);
  } catch (error) {
    if (!(error instanceof TrainingCheckpointError)) throw error;
    onWarning(`${error.message}; the training begins anew.`);
    return undefined;
  }
}

/** Of a checkpoint, what was planned. */
const planOf = ({
  version,
  architecture,
  adapter,
  dataset,
  epochs,
  seed,
  descent,
  host,
}: TrainingPlan): TrainingPlan => ({
  ...{ version, architecture, adapter, dataset, epochs, seed, descent, host },
});

/** @param seconds that the training has taken, all processes together */
export function checkpointsInto(
  { now, storage }: Host,
  path: string,
  plan: TrainingPlan,
  seconds: () => number,
): Checkpoints {
  const due = new SavingPace(now, pace.every, pace.share);
  return {
    isDue: () => due.isDue,
    async save(reading) {
      const start = now();
      await storage.write(path, await writeCheckpoint({ ...plan, ...(await reading), seconds: seconds() }));
      due.saved(start);
    },
  };
}
