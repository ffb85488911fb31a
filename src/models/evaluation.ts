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
  const [, height, width] = model.preprocessing.image;
  const classifier = await createClassifier(gpu, model, { images: count, crops });
  gpu.write(classifier.images, padPlanes(images, height * width));
  run(gpu, classifier.program);
  const { classes } = classifier.network;
  const all = new Float32Array(await gpu.read(classifier.confidences, 4 * classes * count));
  return Array.from({ length: count }, (_, image) =>
    Float32Array.from({ length: classes }, (_, number) => all[number * count + image] ?? 0),
  );
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
