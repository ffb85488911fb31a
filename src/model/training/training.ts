/** Trains an architecture on an image set and makes a model of it, ready to be written. */
import type { ImageDataset } from '../../datasets/dataset.ts';
import type { Gpu } from '../../gpu/device.ts';
import { firstOf } from '../../gpu/tuning.ts';
import { bundledChoices } from '../../kernels/tuning/bundled-choices.ts';
import type { Architecture } from '../../network/layer.ts';
import type { Parameters } from '../../network/parameters.ts';
import { ResourceStack } from '../../util/resources.ts';
import { downloadParameters, uploadParameters } from '../../network/upload.ts';
import {
  createTrainer,
  epochOrder,
  initialWeights,
  type Descent,
  type Trainer,
} from '../../network/trainer.ts';
import { BackgroundSaver, type Checkpoints } from './background-saver.ts';
import { cosine } from '../../random/fixed-math.ts';
import { viewShape } from '../classifier.ts';
import { padPlanes } from '../../image/image-layout.ts';
import type { Model } from '../model.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { readState, restoreState, type TrainingState } from './training-state.ts';

/** Settings of a training, and how its caller follows it. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly seed: number;
  readonly descent: Descent;
  /** Called every so many steps, with the mean loss of the last one. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Default: 25; at most so many where there is a clock. */
  readonly stepsPerReport?: number;
  /** Milliseconds of a clock that only moves forward: with it, slow adapters report every half second or every step. */
  readonly now?: () => number;
  /** Asked before the first step and after every report; true ends the training early, when its state has been saved. */
  readonly shouldStop?: () => boolean;
  /** Keeps states, from any of which a training with the same settings goes on bit for bit. */
  readonly checkpoints?: Checkpoints;
  /** Where a training with these settings was interrupted. */
  readonly from?: TrainingState;
}

/** What a training has made. */
export interface Trained {
  /** A model whose card holds the settings. */
  readonly model: Model;
  /** False where it was stopped early: then the model is what there was. */
  readonly complete: boolean;
  /** Steps that are done. */
  readonly step: number;
}

/** The weights have grown beyond all numbers. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/** How far a training is. The loss is the mean cross entropy of the last step's images, in nats. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly loss: number;
}

/** Caffe's settings for LeNet on MNIST, but for the learning rate's course. */
export const lenetDescent: Descent = { batch: 64, rate: 0.01, momentum: 0.9, decay: 0.0005 };

/** The learning rate falls from its first value to zero along half a cosine. */
export function rateAt(step: number, steps: number, first: number): number {
  return (first * (1 + cosine((Math.PI * step) / steps))) / 2;
}

/** Mean of every pixel over a data set, [channels, height, width]. */
export function meanImage({ images, count, shape }: ImageDataset): Float32Array<ArrayBuffer> {
  const values = shape[0] * shape[1] * shape[2];
  const sums = new Float64Array(values);
  for (let index = 0; index < images.length; index++) {
    const place = index % values;
    sums[place] = (sums[place] ?? 0) + (images[index] ?? 0);
  }
  return Float32Array.from(sums, (sum) => sum / count);
}

/** @param scale what a pixel minus the mean is multiplied by; Caffe's LeNet has 1/256 */
export function preprocessingFor(data: ImageDataset, scale: number): Preprocessing {
  return {
    image: data.shape,
    crop: data.shape[1],
    mean: meanImage(data),
    scale: Array.from({ length: data.shape[0] }, () => scale),
    channelOrder: data.shape[0] === 1 ? 'gray' : 'rgb',
  };
}

/** Milliseconds between reports, where there is a clock. */
const reportEvery = 500;

/** Steps of a whole training; those images of an epoch that fill no batch are left out. */
export const trainingSteps = (images: number, epochs: number, { batch }: Descent): number =>
  Math.floor(images / batch) * epochs;

/**
 * Trains from the first weights on, or from where `options.from` stands.
 * @throws DivergedError, TrainingCheckpointError where a state does not fit, or what the host's hooks throw
 */
export async function train(
  gpu: Gpu,
  architecture: Architecture,
  data: ImageDataset,
  preprocessing: Preprocessing,
  options: TrainingOptions,
): Promise<Trained> {
  const untrained: Model = {
    name: architecture.name,
    architecture,
    weights: new Map(),
    preprocessing,
    labels: data.labels,
    card: {},
  };
  const { seed, from, checkpoints } = options;
  const first = initialWeights(architecture, seed);
  using parameters = await uploadParameters(gpu, architecture, first, 'initial weights');
  using trainer = await trainerFor(gpu, untrained, parameters, data, options);
  const read = (step: number, loss: number | null) => readState(gpu, trainer, step, loss);
  const saver = new BackgroundSaver(checkpoints, read, from?.step);
  try {
    const step = await descend(trainer, data, options, saver);
    const weights = await downloadParameters(gpu, architecture, parameters);
    const complete = step === trainingSteps(data.count, options.epochs, options.descent);
    return { model: { ...untrained, weights, card: cardOf(data, options) }, complete, step };
  } finally {
    // A checkpoint that is under way must not appear after its owner has tidied up.
    await saver.settled();
  }
}

async function trainerFor(
  gpu: Gpu,
  untrained: Model,
  parameters: Parameters,
  data: ImageDataset,
  { seed, descent, from }: TrainingOptions,
): Promise<Trainer> {
  const images = padPlanes(Uint8Array.from(data.images), data.shape[1] * data.shape[2]);
  using made = new ResourceStack();
  const trainer = made.use(
    await createTrainer(
      gpu,
      untrained.architecture,
      parameters,
      { images, targets: data.targets, count: data.count },
      viewShape(untrained, descent.batch, 1),
      untrained.preprocessing.mean,
      descent,
      seed,
      from && { firstStep: from.step, choices: firstOf(from.choices, bundledChoices(gpu.adapter.kind)) },
    ),
  );
  if (from) restoreState(gpu, trainer, from);
  made.move();
  return trainer;
}

/** What takes steps, as fast as its images come. */
export interface Stepper {
  /** Queues one step. @param rate the learning rate of this step */
  step(images: Uint32Array<ArrayBuffer>, rate: number): void | Promise<void>;
  /** Mean loss of the images of the last step; waits for it. */
  loss(): Promise<number>;
}

/**
 * Takes the steps of `options` that are still to be done, over so many images as `data` has.
 * @returns how many steps are done at the end
 * @throws DivergedError, or what the host's hooks throw
 */
export async function descend(
  trainer: Stepper,
  data: Pick<ImageDataset, 'count'>,
  options: TrainingOptions,
  saver: BackgroundSaver,
): Promise<number> {
  const { epochs, seed, descent, from, now, stepsPerReport = 25 } = options;
  const steps = trainingSteps(data.count, epochs, descent);
  const batches = batchesOf(data.count, seed, descent.batch);
  let step = from?.step ?? 0;
  let loss = from?.loss ?? null;
  let atATime = now ? 1 : stepsPerReport;
  while (step < steps) {
    if (options.shouldStop?.() === true) {
      await saver.finish(step, loss);
      break;
    }
    const started = now?.() ?? 0;
    const end = Math.min(steps, step + atATime);
    for (; step < end; step++) await trainer.step(batches(step), rateAt(step, steps, descent.rate));
    loss = await trainer.loss();
    if (!Number.isFinite(loss))
      throw new DivergedError(
        `the loss is ${String(loss)} after ${String(step)} steps: the training has diverged; try another seed or larger batches`,
      );
    options.onProgress?.({ step, steps, epoch: Math.floor(((step - 1) * epochs) / steps), loss });
    if (step < steps) saver.offer(step, loss);
    if (now) {
      const wanted = Math.round((atATime * reportEvery) / Math.max(1, now() - started));
      atATime = Math.min(stepsPerReport, Math.max(1, wanted));
    }
  }
  return step;
}

/** The images of each step; an epoch's order is drawn when its first step is asked for. */
function batchesOf(count: number, seed: number, batch: number): (step: number) => Uint32Array<ArrayBuffer> {
  const perEpoch = Math.floor(count / batch);
  let drawn: { readonly epoch: number; readonly order: Uint32Array<ArrayBuffer> } | undefined;
  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    if (drawn?.epoch !== epoch) drawn = { epoch, order: epochOrder(count, seed, epoch) };
    const within = step % perEpoch;
    return drawn.order.slice(within * batch, (within + 1) * batch);
  };
}

function cardOf(data: ImageDataset, { epochs, seed, descent }: TrainingOptions): Record<string, string> {
  const { batch, rate, momentum, decay } = descent;
  return {
    trainedOn: `${data.name}, ${String(data.count)} images`,
    training: `${String(epochs)} epochs of SGD, batch ${String(batch)}, rate ${String(rate)} falling to 0 along a cosine, momentum ${String(momentum)}, weight decay ${String(decay)}, seed ${String(seed)}`,
  };
}
