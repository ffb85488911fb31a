/** Pictures judged by a network, a batch at a time. */
import type { Gpu } from '../gpu/device.ts';
import { fitImage, type PlanarImage } from '../models/fit-image.ts';
import { createJudge, imagesAtATime } from '../models/judge.ts';
import type { Model } from '../models/model.ts';
import type { ImageDataset } from '../datasets/dataset.ts';

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
  const bytes = channels * height * width;
  const judge = await createJudge(gpu, model, imagesAtATime(model, pictures.length), crops);
  try {
    const rows: Float32Array[] = [];
    for (let first = 0; first < pictures.length; first += judge.images) {
      const batch = pictures.slice(first, first + judge.images);
      const pixels = new Uint8Array(judge.images * bytes);
      for (const [place, picture] of batch.entries()) pixels.set(fitImage(picture, size), place * bytes);
      rows.push(...(await judge.judge(pixels, batch.length)));
    }
    return rows;
  } finally {
    judge.destroy();
  }
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
