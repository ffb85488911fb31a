/**
 * Checks that an imported model recognises known images. The usual failure is weights that load and answer near chance; the
 * usual reason is the preprocessing: channels in the wrong order, another scale.
 */
import { volume } from '../network/layer.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Parameters } from '../network/parameters.ts';
import { preprocessingOf } from '../model/architectures/index.ts';
import { rankOf } from '../model/evaluation.ts';
import { fitImage } from '../image/fit-image.ts';
import type { Image } from '../image/image.ts';
import type { ImportOptions } from './import-model.ts';
import { createJudge } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import { colourOf, type Preprocessing } from '../model/preprocessing.ts';

export interface KnownImage {
  readonly name: string;
  readonly image: Image;
  /** The class that the model should see in it. */
  readonly target: number;
}

export interface CheckedImage {
  readonly name: string;
  readonly target: number;
  /** 0 where no class is likelier. */
  readonly rank: number;
  readonly confidence: number;
  /** Whether the class is among the likeliest. */
  readonly known: boolean;
}

/** A class among the likeliest five counts as known; of fewer than fifty classes, among the likeliest tenth. */
export const knownRanks = (classes: number): number => Math.max(1, Math.min(5, Math.floor(classes / 10)));

/** Rank and confidence of each image's class. @param parameters of the model */
export async function checkImages(
  gpu: Gpu,
  model: Model,
  images: readonly KnownImage[],
  parameters: Parameters,
): Promise<CheckedImage[]> {
  const size = volume(model.preprocessing.image);
  const bytes = new Uint8Array(images.length * size);
  for (const [index, { image }] of images.entries())
    bytes.set(fitImage(image, model.preprocessing.image).bytes, index * size);
  using judge = await createJudge(gpu, model, images.length, 1, { parameters });
  const confidences = await judge.judge(bytes, images.length);
  return images.map(({ name, target }, index) => {
    const row = confidences[index] ?? new Float32Array();
    const rank = rankOf(row, target);
    return { name, target, rank, confidence: row[target] ?? 0, known: rank < knownRanks(row.length) };
  });
}

/** What to tell the import about preprocessing. */
export type Change = Pick<ImportOptions, 'channelOrder' | 'scale'> & { readonly mean?: readonly number[] };

export interface Alternative {
  readonly change: Change;
  readonly known: number;
}

/**
 * Other preprocessings with which more of the images are known, the best first. Stops at the first with which all are known.
 * @param changed the import's preprocessing after a change, so that following the advice gives what was tried here
 */
export async function betterPreprocessing(
  gpu: Gpu,
  model: Model,
  parameters: Parameters,
  images: readonly KnownImage[],
  knownNow: number,
  changed: (change: Change) => Preprocessing,
): Promise<Alternative[]> {
  const found: Alternative[] = [];
  const tried = new Set([identityOf(model.preprocessing)]);
  for (const change of changesTo(model.preprocessing, model.architecture.name)) {
    const preprocessing = changed(change);
    const identity = identityOf(preprocessing);
    if (tried.has(identity)) continue;
    tried.add(identity);
    const checked = await checkImages(gpu, { ...model, preprocessing }, images, parameters);
    const known = checked.filter((image) => image.known).length;
    if (known > knownNow) found.push({ change, known });
    if (known === images.length) break;
  }
  return found.sort((a, b) => b.known - a.known);
}

/** The same for preprocessings that do the same; a mean image never changes here. */
const identityOf = ({ channelOrder, scale, mean, image }: Preprocessing): string =>
  [channelOrder, ...scale, ...(colourOf(mean, image) ?? [])].join();

/** The likeliest mistakes, those with the smallest change first. */
function changesTo(now: Preprocessing, architecture: string): Change[] {
  const orders = now.channelOrder === 'gray' ? [] : (['rgb', 'bgr'] as const);
  const other = orders.find((order) => order !== now.channelOrder);
  const usual = preprocessingOf(architecture);
  const usualScale = (usual['scale'] ?? '1').split(',').map(Number);
  const turned = other ? [{ channelOrder: other }, withMean(now, { channelOrder: other }, reversed)] : [];
  return [{}, ...turned].flatMap((order): Change[] => {
    const channels = order.channelOrder ?? now.channelOrder;
    const scale = order.channelOrder ? reversed(now.scale) : now.scale;
    return [
      order,
      { ...order, scale: channels === usual['channels'] ? usualScale : reversed(usualScale) },
      { ...order, scale: times(scale, 1 / 255) },
      { ...order, scale: times(scale, 255) },
      // A mean of pixels from 0 to 1, with a scale that goes with them.
      { ...withMean(now, order, (mean) => times(mean, 255)), scale: times(scale, 1 / 255) },
    ];
  });
}

function withMean(now: Preprocessing, change: Change, of: (mean: readonly number[]) => number[]): Change {
  const mean = change.mean ?? colourOf(now.mean, now.image);
  return mean ? { ...change, mean: of(mean) } : change;
}

const reversed = (values: readonly number[]): number[] => [...values].reverse();

/** In as many digits as a user would type. */
const times = (values: readonly number[], factor: number): number[] =>
  values.map((value) => Number((value * factor).toPrecision(7)));
