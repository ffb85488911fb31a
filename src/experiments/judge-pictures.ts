/** Pictures of any size judged by a network. */
import type { Gpu } from '../gpu/device.ts';
import { fitImage, type PlanarImage } from '../image/fit-image.ts';
import type { Model } from '../model/model.ts';
import type { ImageDataset } from '../datasets/dataset.ts';
import type { PlanarPicture } from '../image/shrink.ts';
import { confidencesOfAll } from './judged.ts';

/**
 * Confidences: [picture][class].
 * @param pictures of any size, which are fitted to the one that the network looks at
 */
export async function judgePictures(
  gpu: Gpu,
  model: Model,
  pictures: readonly PlanarImage[],
  crops: 1 | 10 = 1,
): Promise<Float32Array[]> {
  if (pictures.length === 0) return [];
  const [channels, height, width] = model.preprocessing.image;
  const size = [channels === 1 ? 1 : 3, height, width] as const;
  const fitted = pictures.map((picture): PlanarPicture => {
    return { pixels: fitImage(picture, size), channels: size[0], height, width };
  });
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
