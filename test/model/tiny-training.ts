/** A training of a network so small that a step takes milliseconds: what is tested is how it goes on, not what it learns. */
import type { ImageDataset } from '../../src/datasets/dataset.ts';
import {
  preprocessingFor,
  train,
  type Trained,
  type TrainingOptions,
} from '../../src/model/training/training.ts';
import type { TrainingState } from '../../src/model/training/training-state.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { openTestGpu } from '../gpu.ts';

/** Dropout draws anew in every step, and three outputs leave a column of padding. */
const architecture: Architecture = {
  name: 'tiny',
  input: [1, 8, 8],
  layers: [
    { kind: 'convolution', name: 'conv1', outChannels: 4, kernel: 3, stride: 1, padding: 0, groups: 1 },
    { kind: 'max-pool', name: 'pool1', size: 2, stride: 2, rounding: 'up' },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dropout', name: 'drop1', rate: 0.5 },
    { kind: 'dense', name: 'ip1', outputs: 3 },
  ],
};

const count = 13;
const data: ImageDataset = {
  name: 'noise',
  classes: 3,
  labels: ['a', 'b', 'c'],
  images: Uint8Array.from({ length: 64 * count }, (_, index) => (index * 2_654_435_761) % 251),
  targets: Uint8Array.from({ length: count }, (_, image) => image % 3),
  count,
  shape: [1, 8, 8],
};

/** Of two epochs of three batches. */
export const tinySteps = 6;

export async function tinyTraining(options: Partial<TrainingOptions> = {}): Promise<Trained> {
  return train(await openTestGpu(), architecture, data, preprocessingFor(data, 1 / 256), {
    epochs: 2,
    seed: 5,
    descent: { batch: 4, rate: 0.1, momentum: 0.9, decay: 0.0005 },
    stepsPerReport: 1,
    ...options,
  });
}

/** The state that a training is stopped in after so many steps. */
export async function stoppedAfter(steps: number, from?: TrainingState): Promise<TrainingState> {
  let state: TrainingState | undefined;
  let done = from?.step ?? 0;
  const { complete } = await tinyTraining({
    ...(from && { from }),
    onProgress: ({ step }) => (done = step),
    shouldStop: () => done >= steps,
    checkpoints: {
      isDue: () => false,
      save: async (reading) => {
        state = await reading;
      },
    },
  });
  if (complete || !state) throw new Error(`not stopped after ${String(steps)} steps`);
  return state;
}
