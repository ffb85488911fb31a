/** Labelled test sets by what the user calls them: mnist, or a folder with a subfolder per class. */
import { existsSync } from 'node:fs';
import { DatasetError } from '../datasets/dataset.ts';
import type { Gpu } from '../gpu/device.ts';
import { evaluateAccuracy, evaluateBatches, type Accuracy } from '../model/evaluation.ts';
import { createJudge, imagesAtATime } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import type { DenseStorage, Parameters } from '../network/parameters.ts';
import { imageBatches, openImageFolder } from '../node/image-folder.ts';
import { loadMnist } from '../node/mnist-files.ts';
import { noteTo, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface TestSet {
  /** mnist, or a folder. */
  readonly dataset: string;
  /** Of mnist: where its files are. */
  readonly data?: string;
  readonly crops: 1 | 10;
  readonly denseWeights?: DenseStorage;
}

/** Of the pictures that could be read. */
export interface LabelledAccuracy extends Accuracy {
  /** Files of those that could not. */
  readonly unreadable: readonly string[];
}

/** @param parameters of the model, where they are on the device already */
export type Evaluate = (gpu: Gpu, parameters?: Parameters) => Promise<LabelledAccuracy>;

/** Pictures judged at once: few enough that progress shows early. */
const mostAtATime = 64;

/**
 * Finds the test set; what comes back judges it.
 * @throws UsageError for a name that is neither; DatasetError for one that cannot be used
 */
export function evaluationOf(test: TestSet, model: Model, terminal: Terminal): Promise<Evaluate> {
  return test.dataset === 'mnist' ? overMnist(test, model, terminal) : overFolder(test, model, terminal);
}

async function overMnist(test: TestSet, model: Model, terminal: Terminal): Promise<Evaluate> {
  const { data, crops, denseWeights } = test;
  const images = await loadMnist('test', data);
  return async (gpu, parameters) => ({
    ...(await followed(terminal, images.count, (onJudged) =>
      evaluateAccuracy(gpu, model, images, crops, howToKeep(denseWeights, parameters), onJudged),
    )),
    unreadable: [],
  });
}

async function overFolder(test: TestSet, model: Model, terminal: Terminal): Promise<Evaluate> {
  const { dataset, data, crops, denseWeights = 'f32' } = test;
  if (data !== undefined)
    throw new UsageError('--data belongs to --dataset mnist; leave it out for a folder');
  if (!existsSync(dataset))
    throw new UsageError(`--dataset ${dataset}: expected mnist or a folder of pictures`);
  const folder = await openImageFolder(dataset, model.labels);
  const total = folder.pictures.length;
  return async (gpu, parameters) => {
    const judge = await createJudge(
      gpu,
      model,
      imagesAtATime(model, total, mostAtATime),
      crops,
      howToKeep(denseWeights, parameters),
    );
    const unreadable: string[] = [];
    const batches = imageBatches(folder, model.preprocessing.image, judge.images, {
      onNote: noteTo(terminal),
      onUnreadable: ({ message }, file) => {
        terminal.fail(message);
        unreadable.push(file);
      },
    });
    try {
      const accuracy = await followed(terminal, total, (onJudged) =>
        evaluateBatches(judge, batches, (images) => {
          onJudged(images + unreadable.length);
        }),
      );
      if (accuracy.images === 0) throw new DatasetError(`${dataset}: none of its pictures could be read`);
      return { ...accuracy, unreadable };
    } finally {
      judge.destroy();
    }
  };
}

/** With a bar over the images that are judged. */
export async function followed<T>(
  terminal: Terminal,
  images: number,
  work: (onJudged: (images: number) => void) => Promise<T>,
): Promise<T> {
  const bar = terminal.progress(images, 'images');
  try {
    return await work((judged) => {
      bar.update(judged);
    });
  } finally {
    bar.stop();
  }
}

const howToKeep = (denseStorage: DenseStorage = 'f32', parameters?: Parameters) => ({
  denseStorage,
  ...(parameters && { parameters }),
});
