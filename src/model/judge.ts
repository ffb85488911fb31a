/** A classifier that is kept: pictures come in batches from the CPU, confidences go back. */
import type { Gpu } from '../gpu/device.ts';
import { run } from '../gpu/program.ts';
import { freedBy, type Resource } from '../util/resources.ts';
import { createClassifier, type ClassifierOptions } from './classifier.ts';
import { padPlanes } from '../image/image-layout.ts';
import type { Model } from './model.ts';
import { checkConfidences } from './not-finite.ts';

/** Holds a classifier on the device. */
export interface Judge extends Resource {
  readonly model: Model;
  /** Most images of one call. */
  readonly images: number;
  /**
   * Confidences of every image: [image][class].
   * @param images bytes [count, channels, height, width] of the size that the model looks at
   * @throws NotFiniteError where an answer is not finite
   */
  judge(images: Uint8Array<ArrayBuffer>, count: number): Promise<Float32Array[]>;
}

/**
 * Makes a classifier that is kept for many calls.
 * @param images most images of one call; a call costs as much for fewer
 * @param how weights that are on the device already, or how the model's are to be kept there
 */
export async function createJudge(
  gpu: Gpu,
  model: Model,
  images: number,
  crops: 1 | 10 = 1,
  how: Pick<ClassifierOptions, 'parameters' | 'denseStorage' | 'randomViews'> = {},
): Promise<Judge> {
  const [, height, width] = model.preprocessing.image;
  const classifier = await createClassifier(gpu, model, { images, crops, ...how });
  const { classes } = classifier.network;
  return {
    model,
    images,
    ...freedBy(classifier),
    async judge(pixels, count) {
      if (count > images)
        throw new RangeError(`${String(count)} images for a judge of ${String(images)} at a time`);
      gpu.write(classifier.images, padPlanes(pixels, height * width));
      run(gpu, classifier.program);
      const all = new Float32Array(await gpu.read(classifier.confidences, 4 * classes * images));
      await checkConfidences(gpu, classifier, all, count);
      return Array.from({ length: count }, (_, image) =>
        Float32Array.from({ length: classes }, (_, number) => all[number * images + image] ?? 0),
      );
    },
  };
}

/** Confidences of any number of pictures, [image][class], a call of the judge after the other. */
export async function judgeAll(judge: Judge, pictures: readonly Uint8Array[]): Promise<Float32Array[]> {
  const [first] = pictures;
  if (!first) return [];
  const confidences: Float32Array[] = [];
  for (let done = 0; done < pictures.length; done += judge.images) {
    const some = pictures.slice(done, done + judge.images);
    const pixels = new Uint8Array(first.length * some.length);
    for (const [index, picture] of some.entries()) pixels.set(picture, first.length * index);
    confidences.push(...(await judge.judge(pixels, some.length)));
  }
  return confidences;
}

/** Bytes of pictures on the device at once; a few hundred of AlexNet's. */
const mostBytes = 2 ** 26;

/**
 * How many images to judge at a time: batches of nearly equal size, so that the last one is not mostly empty.
 * @param most for work whose first result should not be long in coming
 */
export function imagesAtATime({ preprocessing }: Model, count: number, most = Infinity): number {
  const [channels, height, width] = preprocessing.image;
  const fitting = Math.max(1, Math.min(most, Math.floor(mostBytes / (channels * height * width))));
  const batches = Math.ceil(count / fitting);
  return Math.ceil(count / Math.max(1, batches));
}
