/** Pictures of any size judged by a network. */
import type { Gpu } from '../gpu/device.ts';
import { fitImage } from '../image/fit-image.ts';
import type { Model } from '../model/model.ts';
import type { ImageDataset } from '../datasets/dataset.ts';
import type { Image } from '../image/image.ts';
import { confidencesOfAll } from './judged.ts';

/**
 * Confidences: [picture][class].
 * @param pictures of any size, which are fitted to the one that the network looks at
 */
export async function judgePictures(
  gpu: Gpu,
  model: Model,
  pictures: readonly Image[],
  crops: 1 | 10 = 1,
): Promise<Float32Array[]> {
  if (pictures.length === 0) return [];
  const fitted = pictures.map((picture) => fitImage(picture, model.preprocessing.image));
  const watch = { onJudged: () => undefined, shouldStop: () => false };
  return (await confidencesOfAll(gpu, model, fitted, watch, crops, Infinity)) ?? [];
}

/** The first images of a data set; all of them where it has fewer. */
export function firstImages(data: ImageDataset, wanted: number): ImageDataset {
  const count = Math.min(wanted, data.count);
  const [channels, height, width] = data.shape;
  return {
    ...data,
    count,
    images: data.images.subarray(0, count * channels * height * width),
    targets: data.targets.subarray(0, count),
  };
}
