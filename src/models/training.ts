/** Trains an architecture on an image set and makes a model of it, ready to be written. */
import type { ImageDataset } from '../datasets/dataset.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Architecture } from '../nn/layer.ts';
import { downloadParameters, uploadParameters } from '../nn/upload.ts';
import { createTrainer, epochOrder, initialWeights, type Descent } from '../nn/trainer.ts';
import { cosine } from '../random/fixed-math.ts';
import { viewShape } from './classifier.ts';
import { padPlanes } from './image-layout.ts';
import type { Model } from './model.ts';
import type { Preprocessing } from './preprocessing.ts';

export interface TrainingOptions {
  readonly epochs: number;
  readonly seed: number;
  readonly descent: Descent;
  /** Called every so many steps, with the mean loss of the last one. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly stepsPerReport?: number;
  /** Asked after every report; true ends the training early. */
  readonly shouldStop?: () => boolean;
}

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

/** @returns a model whose card holds the settings */
export async function train(
  gpu: Gpu,
  architecture: Architecture,
  data: ImageDataset,
  preprocessing: Preprocessing,
  options: TrainingOptions,
): Promise<Model> {
  const { epochs, seed, descent, onProgress, stepsPerReport = 25 } = options;
  const parameters = await uploadParameters(
    gpu,
    architecture,
    initialWeights(architecture, seed),
    'initial weights',
  );
  const untrained: Model = {
    name: architecture.name,
    architecture,
    weights: new Map(),
    preprocessing,
    labels: data.labels,
    card: {},
  };
  const images = padPlanes(Uint8Array.from(data.images), data.shape[1] * data.shape[2]);
  const set = { images, targets: data.targets, count: data.count };
  const trainer = await createTrainer(
    gpu,
    architecture,
    parameters,
    set,
    viewShape(untrained, descent.batch, 1),
    preprocessing.mean,
    descent,
    seed,
  );
  const perEpoch = Math.floor(data.count / descent.batch);
  const steps = perEpoch * epochs;
  let order = epochOrder(data.count, seed, 0);
  for (let step = 0; step < steps; step++) {
    const within = step % perEpoch;
    const epoch = Math.floor(step / perEpoch);
    if (within === 0) order = epochOrder(data.count, seed, epoch);
    trainer.step(
      order.slice(within * descent.batch, (within + 1) * descent.batch),
      rateAt(step, steps, descent.rate),
    );
    if ((step + 1) % stepsPerReport === 0 || step + 1 === steps) {
      onProgress?.({ step: step + 1, steps, epoch, loss: await trainer.loss() });
      if (options.shouldStop?.()) break;
    }
  }
  const weights = await downloadParameters(gpu, architecture, parameters);
  return { ...untrained, weights, card: cardOf(data, options) };
}

function cardOf(data: ImageDataset, { epochs, seed, descent }: TrainingOptions): Record<string, string> {
  const { batch, rate, momentum, decay } = descent;
  return {
    trainedOn: `${data.name}, ${String(data.count)} images`,
    training: `${String(epochs)} epochs of SGD, batch ${String(batch)}, rate ${String(rate)} falling to 0 along a cosine, momentum ${String(momentum)}, weight decay ${String(decay)}, seed ${String(seed)}`,
  };
}
