/** Makes a model of foreign weights: finds the tensors and adds preprocessing and labels. */
import type { WeightFileWithMetadata } from '../formats/read-weights.ts';
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { messageOf } from '../util/message-of.ts';
import {
  architectureNames,
  architectures,
  preprocessingOf,
  usualLabels,
} from '../model/architectures/index.ts';
import { leaveOut } from './leave-out.ts';
import { fittingArchitectures, matchWeights, type MatchedWeights } from './match-weights.ts';
import type { Architecture } from '../network/layer.ts';
import type { Model } from '../model/model.ts';
import {
  meanImageOf,
  meanTensor,
  preprocessingKeys,
  readPreprocessing,
  type ChannelOrder,
  type Preprocessing,
} from '../model/preprocessing.ts';
import { sentence, setting } from '../util/sentence.ts';

/** What the user says of a file; it goes before what the file says, and that before what is usual. */
export interface ImportOptions {
  readonly architecture?: string;
  /** One value, one per channel in the network's order, or an image [channels, height, width]. */
  readonly mean?: readonly number[] | Pick<Tensor, 'shape' | 'data'>;
  readonly scale?: readonly number[];
  readonly channelOrder?: ChannelOrder;
  /** Side of the images that are judged. */
  readonly imageSide?: number;
  readonly labels?: readonly string[];
  /** Names of tensors and layers that are no part of the network; `*` stands for any text. */
  readonly ignore?: readonly string[];
  /** What messages call each of these: the file or the option that it comes from. */
  readonly from?: Readonly<Partial<Record<'mean' | 'scale' | 'channels' | 'image' | 'labels', string>>>;
}

/** A model with what its import did with each tensor of the file. */
export interface Imported extends Pick<MatchedWeights, 'mapped' | 'ignored'> {
  readonly model: Model;
}

/**
 * @param name what the user called the model, for messages and records
 * @throws WeightFileError, WeightShapeError naming the file, the tensor and what was expected
 */
export function importModel(
  whole: WeightFileWithMetadata,
  fileName: string,
  name: string,
  options: ImportOptions = {},
): Imported {
  const file = leaveOut(whole, options.ignore ?? [], fileName);
  const { metadata } = file;
  const arch = options.architecture ?? metadata['arch'];
  if (arch === undefined || !architectures.has(arch)) {
    const said =
      arch === undefined ? 'names no architecture' : `is for architecture "${arch}", which is unknown`;
    const fitting = fittingArchitectures(file, fileName);
    const hint = fitting.length > 0 ? `; its tensors fit ${fitting.join(' and ')}` : '';
    throw new WeightFileError(
      sentence`${fileName}: the file ${said}; pass ${setting('architecture')} ${architectureNames.join('|')}${hint}`,
    );
  }
  const { architecture, weights, mapped, ignored } = matchWeights(file, arch, fileName);
  const classes = weights.get(`${architecture.layers.at(-1)?.name ?? ''}.bias`)?.data.length ?? 0;
  const labels = options.labels ?? readLabels(metadata['labels'], fileName) ?? usualLabels(arch, classes);
  if (labels.length !== classes) {
    const source = (options.labels && options.from?.labels) ?? fileName;
    throw new WeightFileError(`${source}: ${String(labels.length)} labels for ${String(classes)} classes`);
  }
  const own: readonly string[] = ['arch', 'labels', ...preprocessingKeys];
  const card = Object.fromEntries(Object.entries(metadata).filter(([key]) => !own.includes(key)));
  const preprocessing = importPreprocessing(file, fileName, architecture, options);
  return { model: { name, architecture, weights, preprocessing, labels, card }, mapped, ignored };
}

/**
 * What becomes of an image before the network sees it: what the user says, else the file, else what is usual.
 * @throws WeightFileError, WeightShapeError naming what does not fit
 */
export function importPreprocessing(
  file: WeightFileWithMetadata,
  fileName: string,
  architecture: Architecture,
  options: ImportOptions,
): Preprocessing {
  const { tensor, described } = describePreprocessing(file, architecture.name, options);
  return readPreprocessing(tensor, described, architecture, fileName, options.from);
}

/** The preprocessing in the words of a model file and its mean image. */
function describePreprocessing(
  file: WeightFileWithMetadata,
  arch: string,
  { mean, scale, channelOrder, imageSide }: ImportOptions,
): { tensor: Tensor | undefined; described: Record<string, string> } {
  const { metadata } = file;
  const usual = { ...preprocessingOf(arch) };
  // The usual numbers stand in the usual order of channels.
  const order = channelOrder ?? metadata['channels'];
  if (order !== undefined && order !== usual['channels']) {
    for (const key of ['mean', 'scale']) usual[key] = (usual[key] ?? '').split(',').reverse().join(',');
  }
  const described: Record<string, string> = { ...usual, ...metadata };
  if (scale) described['scale'] = scale.join(',');
  if (channelOrder) described['channels'] = channelOrder;
  let tensor = meanImageOf(file);
  if (mean && 'shape' in mean) {
    tensor = { name: meanTensor, dtype: 'F32', ...mean };
    if (!isOnePixel(tensor)) described['image'] = String(mean.shape[1]);
  } else if (mean) {
    tensor = undefined;
    described['mean'] = mean.join(',');
  }
  if (tensor && isOnePixel(tensor)) {
    described['mean'] = tensor.data.join(',');
    tensor = undefined;
  }
  if (imageSide !== undefined) described['image'] = String(imageSide);
  // The file's crop is of the file's images; smaller ones are seen whole.
  if (Number(described['crop']) > Number(described['image'])) {
    if (described['image'] !== metadata['image']) delete described['crop'];
  }
  return { tensor, described };
}

/** As the mean colour is often kept: [channels, 1, 1]. */
const isOnePixel = ({ shape }: Tensor): boolean => shape.length === 3 && shape[1] === 1 && shape[2] === 1;

function readLabels(text: string | undefined, fileName: string): string[] | undefined {
  return text === undefined ? undefined : parseLabels(text, `${fileName}: the labels in the header`);
}

/**
 * A JSON list of strings.
 * @param what names the labels in the message
 * @throws WeightFileError when it is none
 */
function parseLabels(text: string, what: string): string[] {
  try {
    const labels: unknown = JSON.parse(text);
    if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
  } catch (error) {
    throw new WeightFileError(`${what} are no JSON: ${messageOf(error)}`);
  }
  throw new WeightFileError(`${what} are no list of strings`);
}
