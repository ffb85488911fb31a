/** How well a model names the images of a data set. */
import type { ImageDataset } from '../datasets/dataset.ts';
import type { Gpu } from '../gpu/device.ts';
import { createJudge, imagesAtATime, type Judge } from './judge.ts';
import type { Model } from './model.ts';
import { NotFiniteError } from './not-finite.ts';

/** How a model does on labelled images; shares are from 0 to 1. */
export interface Accuracy {
  readonly images: number;
  /** Images whose class has the largest confidence. */
  readonly correct: number;
  /** Share of them. */
  readonly accuracy: number;
  /** Share of the images whose class is among the five likeliest. */
  readonly top5: number;
  /** Of each class that has images, in rising order. */
  readonly byClass: readonly { readonly class: number; readonly images: number; readonly correct: number }[];
}

/** Images of the size that a model looks at, each with its class. */
export interface LabelledBatch {
  /** Bytes [count, channels, height, width]. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** Class of each image, [count]. */
  readonly targets: ArrayLike<number>;
}

/** Thrown when images do not have the shape that a model looks at. */
export class ImageShapeError extends Error {
  override readonly name = 'ImageShapeError';
}

/**
 * Confidences of every image, on the CPU: [image][class].
 * @param images bytes [count, channels, height, width]
 */
export async function confidencesOf(
  gpu: Gpu,
  model: Model,
  images: Uint8Array<ArrayBuffer>,
  count: number,
  crops: 1 | 10 = 1,
): Promise<Float32Array[]> {
  using judge = await createJudge(gpu, model, count, crops);
  return await judge.judge(images, count);
}

/** Images judged at once: few enough that an accuracy over thousands shows progress on a CPU. */
const mostAtATime = 1000;

/**
 * @param onJudged called with the number of images that were judged so far
 * @throws ImageShapeError when the data set's images are of another shape than the model's
 */
export async function evaluateAccuracy(
  gpu: Gpu,
  model: Model,
  data: ImageDataset,
  crops: 1 | 10 = 1,
  how: Parameters<typeof createJudge>[4] = {},
  onJudged: (images: number) => void = () => undefined,
): Promise<Accuracy> {
  if (data.shape.join() !== model.preprocessing.image.join()) {
    throw new ImageShapeError(
      `${data.name} has images of ${data.shape.join(' × ')}, ${model.name} looks at ${model.preprocessing.image.join(' × ')}`,
    );
  }
  using judge = await createJudge(gpu, model, imagesAtATime(model, data.count, mostAtATime), crops, how);
  return await evaluateBatches(judge, batchesOf(data, judge.images), onJudged);
}

/** Sums over batches that come one by one, each of at most `judge.images` images. */
export async function evaluateBatches(
  judge: Judge,
  batches: AsyncIterable<LabelledBatch> | Iterable<LabelledBatch>,
  onJudged: (images: number) => void = () => undefined,
): Promise<Accuracy> {
  let images = 0;
  let correct = 0;
  let amongFive = 0;
  const counts = new Map<number, { images: number; correct: number }>();
  for await (const batch of batches) {
    const before = images;
    const confidences = await judge.judge(batch.images, batch.targets.length).catch((error: unknown) => {
      throw error instanceof NotFiniteError ? error.of(`image ${String(before + error.image + 1)}`) : error;
    });
    confidences.forEach((row, image) => {
      const target = batch.targets[image] ?? 0;
      const rank = rankOf(row, target);
      const count = counts.get(target) ?? { images: 0, correct: 0 };
      counts.set(target, count);
      images++;
      count.images++;
      if (rank === 0) {
        correct++;
        count.correct++;
      }
      if (rank < 5) amongFive++;
    });
    onJudged(images);
  }
  const byClass = [...counts]
    .sort(([one], [other]) => one - other)
    .map(([number, count]) => ({ class: number, ...count }));
  return { images, correct, accuracy: correct / images, top5: amongFive / images, byClass };
}

/** Index of the largest value; the first of equals. */
export function largest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
}

/** How many values come before one in falling order, the first of equals first; NaN comes last of all. */
export function rankOf(values: Float32Array, index: number): number {
  const own = values[index] ?? NaN;
  if (Number.isNaN(own)) return values.length;
  return values.reduce(
    (rank, value, other) => (value > own || (value === own && other < index) ? rank + 1 : rank),
    0,
  );
}

function* batchesOf({ images, targets, count, shape }: ImageDataset, most: number): Iterable<LabelledBatch> {
  const [channels, height, width] = shape;
  const bytes = channels * height * width;
  for (let first = 0; first < count; first += most) {
    const last = Math.min(count, first + most);
    yield {
      images: Uint8Array.from(images.subarray(first * bytes, last * bytes)),
      targets: targets.subarray(first, last),
    };
  }
}
