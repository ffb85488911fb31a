/** What `createAscent` is told, and the settings that it amounts to. */
import type { Gpu } from '../gpu/device.ts';
import type { Image } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import { volume } from '../network/layer.ts';
import type { DenseStorage } from '../network/parameters.ts';
import { ascentBatch } from './batch-size.ts';
import { GpuLimitError } from '../gpu/errors.ts';
import { objectiveFrom, type ObjectiveSource } from './objective/build.ts';
import type { Objective } from './objective/objective.ts';
import { climbOfPreset, presets, type PresetName } from './optimiser/presets.ts';
import { pixels } from './parametrisation/create.ts';
import { AscentSettingsError } from './settings-error.ts';
import type {
  AscentSettings,
  Ball,
  Climb,
  OwnParametrisation,
  OwnTransform,
  ParametrisationSettings,
  Start,
  Transformation,
} from './settings.ts';
import type { Transform } from './transforms.ts';

/** Everything but the device, the network and the objectives has a default. */
export interface AscentOptions {
  readonly gpu: Gpu;
  readonly model: Model;
  /** What is climbed, an image for each: `logit('goldfish')`, `unit('conv5', 12)`, `'logit:12 - 0.5 * conv5:7'`. */
  readonly objectives: readonly ObjectiveSource[];
  /** Whose defaults the others have; default: `default`. */
  readonly preset?: PresetName;
  /** What the numbers are that are climbed; default: pixels. */
  readonly parametrisation?: ParametrisationSettings | OwnParametrisation;
  /** How a step goes, and what keeps images simple, e.g. `adam({ stepSize: 2, decay: 0.01 })`; default: the preset's. */
  readonly optimiser?: Climb;
  /** What is done to an image before the network sees it, anew in every iteration; default: nothing. */
  readonly transforms?: readonly Transform[];
  /** Default: Gaussian noise on the mean image, of one byte. */
  readonly start?: AscentStart;
  /** Keeps images around those that they start from. Default: the preset's. */
  readonly ball?: Ball;
  /** An objective is done when the confidence in its class reaches this; default: never. */
  readonly until?: number;
  /** Of all random numbers; default: 1. */
  readonly seed?: number;
  /** Of dense weights on the device; default: `f32`. */
  readonly denseWeights?: DenseStorage;
  /** Images side by side, a multiple of 4, at least one for each objective; default: as few as that. */
  readonly batch?: number;
}

/** Images of the size that the model looks at: one for all objectives, or one for each. */
export interface StartImages {
  readonly from: 'images';
  readonly images: readonly Image[];
  /** Half width of uniform noise, in bytes; default: the preset's in a ball, else 0. */
  readonly noise?: number;
}

/** What the images of an ascent begin as: the mean image, noise around it, or images of the caller. */
export type AscentStart = Extract<Start, { readonly from: 'mean' | 'gaussian' | 'uniform' }> | StartImages;

/** The mean image of the network's preprocessing. */
export const meanImage = (): AscentStart => ({ from: 'mean' });

/** The mean image plus noise. @param size standard deviation in bytes */
export const gaussianNoise = (size: number): AscentStart => ({ from: 'gaussian', size });

/** The mean image plus noise. @param size half width in bytes */
export const uniformNoise = (size: number): AscentStart => ({ from: 'uniform', size });

/** Images of the size that the model looks at: one for all objectives, or one for each. @param noise half width in bytes */
export const fromImages = (images: readonly Image[], noise?: number): AscentStart => ({
  from: 'images',
  images,
  ...(noise !== undefined && { noise }),
});

/** More than a float32 counts: an ascent lasts for as long as its caller takes steps. */
const unlimited = 2 ** 24;

interface Asked {
  readonly settings: AscentSettings;
  readonly startPictures?: readonly Uint8Array[];
}

/**
 * @throws AscentSettingsError, ObjectiveError for what cannot be; GpuLimitError where memory holds fewer images than there are
 *   objectives
 */
export function settingsOf(options: AscentOptions): Asked {
  const { model, preset = 'default', parametrisation = pixels(), transforms = [], start } = options;
  const { seed = 1, until, denseWeights } = options;
  const ball = options.ball ?? presets[preset].ball;
  const objectives = options.objectives.map((source) => objectiveFrom(source, model));
  const images = start?.from === 'images' ? imagesFor(start, objectives, model) : undefined;
  const climb = options.optimiser ?? climbOfPreset(preset, { ball, kind: parametrisation.kind });
  const transformation = transformationOf(transforms);
  const settings = {
    ...(denseWeights && { denseWeights }),
    objectives: images?.objectives ?? objectives,
    steps: unlimited,
    seed,
    start: startOf(options, ball, preset),
    parametrisation,
    trials: [{ name: preset, climb }],
    ...(ball && { ball }),
    ...(transformation && { transformation }),
    ...(until !== undefined && { until }),
  };
  const batch = batchFor(options, settings);
  return { settings: { ...settings, batch }, ...(images && { startPictures: images.pictures }) };
}

function startOf(
  { start, parametrisation }: AscentOptions,
  ball: Ball | undefined,
  preset: PresetName,
): Start {
  const { noise } = presets[preset];
  if (start?.from === 'images') return { from: 'pictures', noise: start.noise ?? (ball ? noise : 0) };
  if (start) return start;
  return parametrisation?.kind === 'cppn' ? { from: 'mean' } : { from: 'gaussian', size: Math.max(1, noise) };
}

/** The objectives with the places of their images, and the images. */
function imagesFor(
  { images }: StartImages,
  objectives: readonly Objective[],
  { preprocessing, name }: Model,
) {
  const { image } = preprocessing;
  for (const { bytes } of images) {
    if (bytes.length === volume(image)) continue;
    throw new AscentSettingsError(
      `an image of the start has ${String(bytes.length)} bytes, expected ${String(volume(image))}: ${name} looks at ${image.join(' × ')}`,
    );
  }
  if (images.length !== 1 && images.length !== objectives.length)
    throw new AscentSettingsError(
      `the start has ${String(images.length)} images for ${String(objectives.length)} objectives: expected one for each, or one for all`,
    );
  return {
    objectives: objectives.map((objective, place) => ({
      ...objective,
      picture: images.length === 1 ? 0 : place,
    })),
    pictures: images.map(({ bytes }) => bytes),
  };
}

function transformationOf(transforms: readonly Transform[]): Transformation | undefined {
  if (transforms.length === 0) return undefined;
  const own: OwnTransform[] = [];
  const most: Record<string, number> = {};
  for (const transform of transforms) {
    if (typeof transform === 'function') {
      own.push(transform);
      continue;
    }
    for (const [name, size] of Object.entries(transform)) {
      if (name in most) throw new AscentSettingsError(`transforms has ${name} twice: give it once`);
      most[name] = Number(size);
    }
  }
  return { jitter: 0, rotate: 0, scale: 0, ...most, ...(own.length > 0 && { own }) };
}

function batchFor(
  { gpu, model, batch: asked }: AscentOptions,
  settings: Omit<AscentSettings, 'batch'>,
): number {
  const count = settings.objectives.length;
  if (asked !== undefined) {
    if (asked >= count) return asked;
    throw new AscentSettingsError(
      `batch is ${String(asked)} for ${String(count)} objectives, which are climbed side by side: expected at least as many`,
    );
  }
  // Without any, the settings are refused.
  if (count === 0) return 4;
  const fitting = ascentBatch(gpu, model, settings);
  if (fitting >= count) return fitting;
  throw new GpuLimitError(
    `${model.name}: ${String(count)} objectives do not fit on the device side by side: make an ascent of ${String(fitting)} at a time`,
  );
}
