/** What a model takes images for: the shortest way from a decoded image to the names of classes. */
import type { Gpu } from '../gpu/device.ts';
import { fitImage } from '../image/fit-image.ts';
import type { Image } from '../image/image.ts';
import { createJudge, imagesAtATime, judgeAll } from './judge.ts';
import { likeliest, type Guess } from './likeliest.ts';
import type { Model } from './model.ts';

/** Views and number of guesses of `classify`. */
export interface ClassifyOptions {
  /** Views of each image, whose confidences are averaged: the centre, or the centre and the corners, mirrored too; default: 1. */
  readonly crops?: 1 | 10;
  /** Classes to be named of each image; default: 5. */
  readonly top?: number;
}

/**
 * Names the likeliest classes of images of any size, which are scaled to what the model looks at.
 *
 * @returns of each image its likeliest classes, the surest first
 * @throws NotFiniteError where an answer is not finite; GpuLimitError where not even one image fits the device
 * @example
 * const [[first]] = await classify(gpu, model, [await readImage('photograph.jpg')]);
 */
export async function classify(
  gpu: Gpu,
  model: Model,
  images: readonly Image[],
  { crops = 1, top = 5 }: ClassifyOptions = {},
): Promise<Guess[][]> {
  if (images.length === 0) return [];
  using judge = await createJudge(gpu, model, imagesAtATime(model, images.length), crops);
  const fitted = images.map((image) => fitImage(image, model.preprocessing.image).bytes);
  const confidences = await judgeAll(judge, fitted);
  return confidences.map((row) => likeliest(model, row, top));
}
