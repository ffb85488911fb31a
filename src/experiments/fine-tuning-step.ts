/** A network trained further on pictures, as a step of an experiment: it keeps a checkpoint, and goes on from it bit for bit. */
import { z } from 'zod';
import { SavingPace } from '../evolution/saving-pace.ts';
import type { Gpu } from '../gpu/device.ts';
import { chosenBy } from '../gpu/tuning.ts';
import { shippedChoices } from '../kernels/shipped-choices.ts';
import { BackgroundSaver, type Checkpoints } from '../models/background-saver.ts';
import {
  createFineTuner,
  type FineTuner,
  type PictureSet,
  type TrainedLayers,
} from '../models/fine-tuning.ts';
import type { Model } from '../models/model.ts';
import {
  readCheckpoint,
  writeCheckpoint,
  type TrainingCheckpoint,
  type TrainingPlan,
} from '../models/training-checkpoint.ts';
import { readState, restoreState, TrainingCheckpointError } from '../models/training-state.ts';
import { descend, stepsOf } from '../models/training.ts';
import type { Descent } from '../nn/trainer.ts';
import { version } from '../version.ts';
import type { Host, NamedModel, ReadResult, Step, StepHost } from './experiment.ts';
import { networkPath, writeNetwork } from './retrained-network.ts';

export const fineTuningOutcome = z.object({ pictures: z.int(), steps: z.int(), seconds: z.number() });
export type FineTuningOutcome = z.infer<typeof fineTuningOutcome>;

/** What is to be learnt, and by which network. */
export interface Lesson {
  readonly begun: NamedModel;
  readonly pictures: PictureSet;
  /** Names the pictures, and is another one for others: SHA-256. */
  readonly sha256: string;
}

export interface FineTuningStepOptions {
  readonly id: string;
  readonly title: string;
  /** Name of the network that comes of it. */
  readonly network: string;
  readonly lesson: (host: Host, read: ReadResult) => Promise<Lesson>;
  readonly layers: TrainedLayers;
  readonly descent: Descent;
  readonly epochs: number;
  readonly seed: number;
  /** About as many as the pictures of all epochs. */
  readonly evaluations: number;
}

const checkpointPath = (network: string): string => `models/${network}.checkpoint`;
/** Milliseconds between checkpoints, at least, and the share of the time that saving them may take. */
const pace = { every: 10_000, share: 0.03 };

export function fineTuningStep(options: FineTuningStepOptions): Step<FineTuningOutcome> {
  const { id, title, network, evaluations, epochs, descent } = options;
  return {
    ...{ id, title, evaluations, result: fineTuningOutcome },
    files: [networkPath(network), checkpointPath(network)],
    run: async (host, read) => {
      const lesson = await options.lesson(host, read);
      const seconds = await host.withDevice((gpu) => follow(gpu, host, lesson, options));
      if (seconds === undefined) return undefined;
      await host.storage.remove(checkpointPath(network));
      const pictures = lesson.pictures.count;
      return { pictures, steps: stepsOf(pictures, epochs, descent), seconds };
    },
  };
}

/** @returns seconds that it took, all processes together; undefined where the host stopped it */
async function follow(
  gpu: Gpu,
  host: StepHost,
  { begun, pictures, sha256 }: Lesson,
  { network, layers, descent, epochs, seed, evaluations }: FineTuningStepOptions,
): Promise<number | undefined> {
  const { model } = begun;
  const plan: TrainingPlan = {
    version,
    architecture: `${model.architecture.name}, ${layers}, ${begun.sha256}`,
    adapter: gpu.adapter.description,
    dataset: { name: network, images: pictures.count, sha256 },
    ...{ epochs, seed, descent },
    host: { adapter: gpu.adapter.name, data: null },
  };
  const from = await checkpointOf(host, network, plan);
  const tuner = await tunerFrom(gpu, model, pictures, layers, plan, from);
  const started = host.now() - 1000 * (from?.seconds ?? 0);
  const seconds = () => (host.now() - started) / 1000;
  const saver = new BackgroundSaver(
    checkpointsOf(host, network, plan, seconds),
    (step, loss) => readState(gpu, tuner, step, loss),
    from?.step,
  );
  const steps = stepsOf(pictures.count, epochs, descent);
  try {
    const done = await descend(
      tuner,
      pictures,
      {
        ...{ epochs, seed, descent, now: host.now, shouldStop: host.shouldStop },
        ...(from && { from }),
        onProgress: ({ step, loss }) => {
          const text = `step ${String(step)} of ${String(steps)}, loss ${loss.toFixed(3)}`;
          host.progress(Math.round((evaluations * step) / steps), text);
        },
      },
      saver,
    );
    if (done < steps) return undefined;
    await writeNetwork(host, network, { ...model, name: network, weights: await tuner.weights() });
    return seconds();
  } finally {
    // A checkpoint that is under way must not appear after its owner has tidied up.
    await saver.settled();
  }
}

async function tunerFrom(
  gpu: Gpu,
  model: Model,
  pictures: PictureSet,
  layers: TrainedLayers,
  { descent, seed }: TrainingPlan,
  from: TrainingCheckpoint | undefined,
): Promise<FineTuner> {
  const choices = from && chosenBy(from.choices, shippedChoices(gpu.adapter.kind));
  const start = from ? { firstStep: from.step, choices } : {};
  const tuner = await createFineTuner(gpu, model, pictures, layers, descent, seed, start);
  if (from) restoreState(gpu, tuner, from);
  return tuner;
}

/** Where an earlier process stopped; a checkpoint that cannot be used costs its steps and a warning. */
async function checkpointOf(
  host: Host,
  network: string,
  plan: TrainingPlan,
): Promise<TrainingCheckpoint | undefined> {
  const path = checkpointPath(network);
  const bytes = await host.storage.read(path);
  if (!bytes) return undefined;
  try {
    const found = await readCheckpoint(bytes, path);
    const asPlanned = Object.keys(plan).every(
      (key) =>
        JSON.stringify(found[key as keyof TrainingPlan]) === JSON.stringify(plan[key as keyof TrainingPlan]),
    );
    if (asPlanned) return found;
    throw new TrainingCheckpointError(`${path} comes from another training`);
  } catch (error) {
    if (!(error instanceof TrainingCheckpointError)) throw error;
    host.onWarning(`${error.message}. The training begins again.`);
    return undefined;
  }
}

function checkpointsOf(host: Host, network: string, plan: TrainingPlan, seconds: () => number): Checkpoints {
  const due = new SavingPace(host.now, pace.every, pace.share);
  return {
    isDue: () => due.isDue,
    async save(reading) {
      const start = host.now();
      const bytes = await writeCheckpoint({ ...plan, ...(await reading), seconds: seconds() });
      await host.storage.write(checkpointPath(network), bytes);
      due.saved(start);
    },
  };
}
