/** How many images are climbed side by side. */
import type { Gpu } from '../gpu/device.ts';
import { GpuLimitError, formatBytes } from '../gpu/errors.ts';
import { imageWords } from '../image/image-layout.ts';
import type { Model } from '../model/model.ts';
import { extents, volume } from '../network/layer.ts';
import { deviceBytes } from '../network/network.ts';
import { ballBytes } from './optimiser/project-ball.ts';
import { cppnWeightBytes } from './parametrisation/cppn.ts';
import { sentence, setting, type Sentence } from '../util/sentence.ts';
import type { AscentSettings } from './settings.ts';
import { networkOptions } from './objective-graph.ts';

/** What an ascent may take on the device by default, in bytes: the paper's network climbs 16 images in it. */
export const defaultAscentBudget = 1.25 * 2 ** 30;

/** More side by side gain nothing on any adapter. */
const mostLanes = 512;

/** The device cannot hold what is climbed. */
class AscentMemoryError extends GpuLimitError {
  constructor(readonly sentence: Sentence) {
    super(String(sentence));
  }
}

/**
 * As many lanes as there are objectives, or as memory allows; batches of nearly equal size.
 * @throws GpuLimitError when not even four fit
 */
export function ascentBatch(
  gpu: Gpu,
  model: Model,
  settings: Omit<AscentSettings, 'batch'>,
  budget: number = defaultAscentBudget,
): number {
  const needed = (lanes: number) => bytesOf(gpu, model, settings, lanes);
  const four = needed(4);
  const each = (needed(8).total - four.total) / 4;
  const binding = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  const fitting = Math.min(
    4 + Math.floor((budget - four.total) / each),
    Math.floor(binding / (four.largest / 4)),
    mostLanes,
  );
  if (fitting < 4) {
    throw new AscentMemoryError(
      sentence`${model.name}: four images climbed side by side need ${formatBytes(four.total)} on the device, ${formatBytes(budget)} may be used; keep dense weights as halves (${setting('denseWeights')} f16)`,
    );
  }
  const count = settings.objectives.length;
  const batches = Math.ceil(count / (fitting - (fitting % 4)));
  return Math.ceil(count / batches / 4) * 4;
}

function bytesOf(gpu: Gpu, model: Model, settings: Omit<AscentSettings, 'batch'>, lanes: number) {
  const { architecture, preprocessing } = model;
  const { total } = deviceBytes(gpu, architecture, networkOptions(model, { ...settings, batch: lanes }));
  // Image, its gradient, what a blur needs, moments of the step; the pictures and the best of them.
  const image = 4 * volume(preprocessing.image) * lanes;
  const pictures = 4 * imageWords(preprocessing.image) * lanes;
  const { parametrisation, ball } = settings;
  const around = ball ? ballBytes(volume(preprocessing.image), lanes) : 0;
  const weights =
    parametrisation.kind === 'cppn'
      ? cppnWeightBytes(parametrisation, preprocessing.image, lanes)
      : { total: 0, largest: 0 };
  return {
    total: total + 5 * image + 2 * pictures + around + weights.total,
    largest: Math.max(image, largestActivation(model) * lanes, weights.largest),
  };
}

/** Bytes of one image's largest activation. */
function largestActivation({ architecture }: Model): number {
  return 4 * Math.max(...extents(architecture).map(volume));
}
