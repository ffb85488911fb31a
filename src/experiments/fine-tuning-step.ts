/** A network trained further on pictures, as a step of an experiment: it keeps a checkpoint, and resumes from it bit for bit. */
import { ResourceStack } from '../util/resources.ts';
import { z } from 'zod';
import type { Gpu } from '../gpu/device.ts';
import { firstOf } from '../gpu/tuning.ts';
import { bundledChoices } from '../kernels/tuning/bundled-choices.ts';
import { BackgroundSaver } from '../model/training/background-saver.ts';
import {
  createFineTuner,
  type FineTuner,
  type PictureSet,
  type TrainedLayers,
} from '../model/training/fine-tuning.ts';
import type { Model } from '../model/model.ts';
import type { TrainingCheckpoint, TrainingPlan } from '../model/training/training-checkpoint.ts';
import { readState, restoreState } from '../model/training/training-state.ts';
import { descend, trainingSteps } from '../model/training/training.ts';
import type { Descent } from '../network/trainer.ts';
import { version } from '../version.ts';
import type { Host, NamedModel, ReadResult, ExperimentStep, StepHost } from './experiment.ts';
import { retrainedPath, writeNetwork } from './retrained-network.ts';
import { checkpointIn, checkpointsInto } from './training-checkpoints.ts';

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

export function fineTuningStep(options: FineTuningStepOptions): ExperimentStep<FineTuningOutcome> {
  const { id, title, network, evaluations, epochs, descent } = options;
  return {
    ...{ id, title, evaluations, result: fineTuningOutcome },
    files: [retrainedPath(network), checkpointPath(network)],
    run: async (host, read) => {
      const lesson = await options.lesson(host, read);
      const seconds = await host.withDevice((gpu) => follow(gpu, host, lesson, options));
      if (seconds === undefined) return undefined;
      await host.storage.remove(checkpointPath(network));
      const pictures = lesson.pictures.count;
      return { pictures, steps: trainingSteps(pictures, epochs, descent), seconds };
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
  const path = checkpointPath(network);
  const from = await checkpointIn(host, path, plan);
  using tuner = await tunerFrom(gpu, model, pictures, layers, plan, from);
  const started = host.now() - 1000 * (from?.seconds ?? 0);
  const seconds = () => (host.now() - started) / 1000;
  const saver = new BackgroundSaver(
    checkpointsInto(host, path, plan, seconds),
    (step, loss) => readState(gpu, tuner, step, loss),
    from?.step,
  );
  const steps = trainingSteps(pictures.count, epochs, descent);
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
  const choices = from && firstOf(from.choices, bundledChoices(gpu.adapter.kind));
  const start = from ? { firstStep: from.step, choices } : {};
  using made = new ResourceStack();
  const tuner = made.use(await createFineTuner(gpu, model, pictures, layers, descent, seed, start));
  if (from) restoreState(gpu, tuner, from);
  made.move();
  return tuner;
}
