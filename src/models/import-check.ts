/**
 * Does an imported model know what it should? Weights that load and answer near chance are the usual failure, and the
 * usual reason is preprocessing: channels in the wrong order, another scale.
 */
import type { Gpu } from '../gpu/device.ts';
import { confidencesOf, rankOf } from './evaluation.ts';
import { fitImage, type PlanarImage } from './fit-image.ts';
import type { Model } from './model.ts';
import type { Preprocessing } from './preprocessing.ts';

export interface KnownImage {
  readonly name: string;
  readonly image: PlanarImage;
  /** The class that the model should see in it. */
  readonly target: number;
}

export interface CheckedImage {
  readonly name: string;
  readonly target: number;
  /** 0 where no class is likelier. */
  readonly rank: number;
  readonly confidence: number;
}

/** A class among the first so many counts as known. */
export const knownRanks = 5;

/** Rank and confidence of each image's class. */
export async function checkImages(
  gpu: Gpu,
  model: Model,
  known: readonly KnownImage[],
): Promise<CheckedImage[]> {
  const [channels, height, width] = model.preprocessing.image;
  const pixels = new Uint8Array(known.length * channels * height * width);
  for (const [index, { image }] of known.entries())
    pixels.set(fitImage(image, [channels === 1 ? 1 : 3, height, width]), index * channels * height * width);
  const confidences = await confidencesOf(gpu, model, pixels, known.length);
  return known.map(({ name, target }, index) => {
    const row = confidences[index] ?? new Float32Array();
    return { name, target, rank: rankOf(row, target), confidence: row[target] ?? 0 };
  });
}

export const isKnown = ({ rank }: CheckedImage): boolean => rank < knownRanks;

export interface Alternative {
  /** What to pass to the import. */
  readonly options: string;
  readonly known: number;
}

/** Other preprocessings under which more of the images are known, the best first. */
export async function betterPreprocessing(
  gpu: Gpu,
  model: Model,
  images: readonly KnownImage[],
  knownNow: number,
): Promise<Alternative[]> {
  const found: Alternative[] = [];
  for (const { options, preprocessing } of alternatives(model.preprocessing)) {
    const known = (await checkImages(gpu, { ...model, preprocessing }, images)).filter(isKnown).length;
    if (known > knownNow) found.push({ options, known });
  }
  return found.sort((a, b) => b.known - a.known);
}

function alternatives(now: Preprocessing): { options: string; preprocessing: Preprocessing }[] {
  const orders = now.channelOrder === 'gray' ? (['gray'] as const) : (['bgr', 'rgb'] as const);
  const factors = [1, 255, 1 / 255];
  return orders.flatMap((channelOrder) =>
    factors.flatMap((factor) => {
      if (channelOrder === now.channelOrder && factor === 1) return [];
      const turned = channelOrder !== now.channelOrder;
      const scale = (turned ? [...now.scale].reverse() : now.scale).map((value) => value * factor);
      const mean = turned ? reverseChannels(now.mean, now.image[0]) : now.mean;
      const order = channelOrder === 'gray' ? '' : `--channels ${channelOrder} `;
      return [
        {
          options: `${order}--scale ${scale.map((value) => String(Number(value.toPrecision(7)))).join(',')}`,
          preprocessing: { ...now, channelOrder, scale, mean },
        },
      ];
    }),
  );
}

function reverseChannels(mean: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const plane = mean.length / channels;
  const planes = Array.from({ length: channels }, (_, index) =>
    mean.subarray(index * plane, (index + 1) * plane),
  );
  const reversed = new Float32Array(mean.length);
  for (const [index, values] of planes.reverse().entries()) reversed.set(values, index * plane);
  return reversed;
}
