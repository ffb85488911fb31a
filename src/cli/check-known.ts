/** `--check`: judges what the user knows with the imported model, and says what to change where it does not know it. */
import type { Gpu } from '../gpu/device.ts';
import {
  betterPreprocessing,
  checkImages,
  type Change,
  type CheckedImage,
  type KnownImage,
} from '../weights/known-images.ts';
import type { Model } from '../model/model.ts';
import type { Preprocessing } from '../model/preprocessing.ts';
import type { Parameters } from '../network/parameters.ts';
import { uploadParameters } from '../network/upload.ts';
import { readImage } from '../node/image-folder.ts';
import { formatConfidence } from '../report/format.ts';
import { evaluationOf, type Evaluate } from './labelled-data.ts';
import { withGpu } from './session.ts';
import { noteTo, type Terminal } from './terminal.ts';

export interface KnownImages {
  readonly pictures: readonly { readonly file: string; readonly target: number }[];
  /** mnist, or labelled folders. */
  readonly datasets: readonly string[];
}

export interface CheckReport {
  readonly passed: boolean;
  readonly images: readonly CheckedImage[];
  readonly datasets: readonly {
    readonly dataset: string;
    readonly images: number;
    readonly accuracy: number;
  }[];
}

/** Share of images that a model which knows its classes gets right: three times chance, or half way up from it. */
const farFromChance = (classes: number): number => Math.min(3 / classes, (1 + 1 / classes) / 2);

/**
 * Undefined where nothing was to be checked.
 * @param changed what the import makes of other options
 */
export async function checkImported(
  model: Model,
  { pictures, datasets }: KnownImages,
  changed: (change: Change) => Preprocessing,
  adapter: string,
  terminal: Terminal,
): Promise<CheckReport | undefined> {
  if (pictures.length + datasets.length === 0) return undefined;
  const known = await Promise.all(
    pictures.map(async ({ file, target }): Promise<KnownImage> => {
      return { name: file, image: await readImage(file, noteTo(terminal)), target };
    }),
  );
  const evaluations = await Promise.all(
    datasets.map(async (dataset): Promise<[string, Evaluate]> => [
      dataset,
      await evaluationOf({ dataset, crops: 1 }, model, terminal),
    ]),
  );
  return withGpu({ adapter }, terminal, async (gpu) => {
    const parameters = await uploadParameters(gpu, model.architecture, model.weights, model.name);
    const images = known.length > 0 ? await checkImages(gpu, model, known, parameters) : [];
    for (const { name, target, rank, confidence, known: isKnown } of images)
      terminal.line(
        `${isKnown ? 'known' : 'UNKNOWN'}  ${name}: ${model.labels[target] ?? ''} has rank ${String(rank + 1)} of ${String(model.labels.length)}, ${formatConfidence(confidence)}`,
      );
    const sets: CheckReport['datasets'][number][] = [];
    for (const [dataset, evaluate] of evaluations) {
      const { images: count, accuracy } = await evaluate(gpu, parameters);
      sets.push({ dataset, images: count, accuracy });
      terminal.line(`${dataset}: ${(100 * accuracy).toFixed(2)} % of ${String(count)} images right`);
    }
    const knownNow = images.filter((image) => image.known).length;
    const right = sets.every(({ accuracy }) => accuracy >= farFromChance(model.labels.length));
    const passed = knownNow === images.length && right;
    if (knownNow < images.length) await advise(gpu, model, parameters, known, knownNow, changed, terminal);
    else if (!right)
      terminal.note('near chance: the preprocessing (--mean, --scale, --channels) or the weights are wrong');
    return { passed, images, datasets: sets };
  });
}

async function advise(
  gpu: Gpu,
  model: Model,
  parameters: Parameters,
  known: readonly KnownImage[],
  knownNow: number,
  changed: (change: Change) => Preprocessing,
  terminal: Terminal,
): Promise<void> {
  const [better] = await betterPreprocessing(gpu, model, parameters, known, knownNow, changed);
  terminal.note(
    better
      ? `with ${optionsOf(better.change)} it knows ${String(better.known)} of ${String(known.length)} instead of ${String(knownNow)}: was that meant?`
      : 'no other order of channels and no other scale is better: are the classes, the mean and the weights the right ones?',
  );
}

/** A change as it stands on the command line. */
function optionsOf({ channelOrder, mean, scale }: Change): string {
  return [
    ...(channelOrder ? [`--channels ${channelOrder}`] : []),
    ...(mean ? [`--mean ${mean.join(',')}`] : []),
    ...(scale ? [`--scale ${(new Set(scale).size === 1 ? scale.slice(0, 1) : scale).join(',')}`] : []),
  ].join(' ');
}
