/** How well a model names the images of a data set. */
import type { ImageDataset } from '../datasets/dataset.ts';
import type { Gpu } from '../gpu/device.ts';
import { run } from '../gpu/program.ts';
import { createClassifier } from './classifier.ts';
import { padPlanes } from './image-layout.ts';
import type { Model } from './model.ts';

export interface Accuracy {
  readonly images: number;
  readonly correct: number;
  readonly accuracy: number;
}

/** Thrown when images do not have the shape that a model looks at. */
export class ImageShapeError extends Error {
  override readonly name = 'ImageShapeError';
}

/** Bytes of images on the device at once; the rest take their turns. */
const imagesBudget = 64 * 2 ** 20;

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
  const [channels, height, width] = model.preprocessing.image;
  const bytes = channels * height * width;
  const turn = Math.min(count, Math.max(1, Math.floor(imagesBudget / bytes)));
  const classifier = await createClassifier(gpu, model, { images: turn, crops });
  const { classes } = classifier.network;
  const rows: Float32Array[] = [];
  for (let first = 0; first < count; first += turn) {
    const some = images.subarray(first * bytes, (first + turn) * bytes);
    gpu.write(classifier.images, padPlanes(some, height * width));
    run(gpu, classifier.program);
    const all = new Float32Array(await gpu.read(classifier.confidences, 4 * classes * turn));
    for (let image = 0; image < Math.min(turn, count - first); image++)
      rows.push(Float32Array.from({ length: classes }, (_, number) => all[number * turn + image] ?? 0));
  }
  return rows;
}

/** @throws ImageShapeError when the data set's images are of another shape than the model's */
export async function evaluateAccuracy(gpu: Gpu, model: Model, data: ImageDataset): Promise<Accuracy> {
  if (data.shape.join() !== model.preprocessing.image.join()) {
    throw new ImageShapeError(
      `${data.name} has images of ${data.shape.join(' × ')}, ${model.name} looks at ${model.preprocessing.image.join(' × ')}`,
    );
  }
  const confidences = await confidencesOf(gpu, model, Uint8Array.from(data.images), data.count);
  const correct = confidences.filter((row, image) => largest(row) === data.targets[image]).length;
  return { images: data.count, correct, accuracy: correct / data.count };
}

/** Index of the largest value; the first of equals. */
export function largest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
}
