/** A model: an architecture with weights, preprocessing and the names of its classes. */
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { messageOf } from '../message-of.ts';
import { volume, type Architecture, type Extent } from '../nn/layer.ts';
import { WeightShapeError, checkWeights, factorNames, weightName, type Weights } from '../nn/parameters.ts';
import { architectures, architectureNames } from './architectures.ts';
import type { Preprocessing } from './preprocessing.ts';

export interface Model {
  readonly name: string;
  readonly architecture: Architecture;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  readonly labels: readonly string[];
  /** Everything else that the file says of itself: how it was trained, licences. */
  readonly card: Readonly<Record<string, string>>;
}

/** Tensor of a safetensors file that holds a mean image. */
const meanTensor = 'mean';
const ownKeys = ['arch', 'labels', 'channels', 'mean', 'scale', 'image', 'input'];

/**
 * @param name what the user called the model, for messages and records
 * @param architecture overrides the one that the file names
 * @throws WeightFileError, WeightShapeError saying what is wrong with the file
 */
export function readModel(bytes: Uint8Array, fileName: string, name: string, architecture?: string): Model {
  const { tensors, metadata } = readSafetensors(bytes, fileName);
  const build = architectures.get(architecture ?? metadata['arch'] ?? '');
  if (!build) {
    const found = architecture ?? metadata['arch'];
    const said =
      found === undefined ? 'names no architecture' : `is for architecture "${found}", which is unknown`;
    throw new WeightFileError(`${fileName}: the file ${said}; pass --arch ${architectureNames.join('|')}`);
  }
  const labels = readLabels(metadata['labels'], fileName);
  const built = build(countClasses(tensors, build(1), fileName));
  checkWeights(built, tensors, fileName);
  const classes = built.layers.at(-1);
  const count = classes?.kind === 'dense' ? classes.outputs : 0;
  if (labels && labels.length !== count) {
    throw new WeightFileError(`${fileName}: ${String(labels.length)} labels for ${String(count)} classes`);
  }
  return {
    name,
    architecture: built,
    weights: new Map([...tensors].filter(([tensor]) => tensor !== meanTensor)),
    preprocessing: readPreprocessing(tensors, metadata, built, fileName),
    labels: labels ?? Array.from({ length: count }, (_, index) => `class ${String(index)}`),
    card: Object.fromEntries(Object.entries(metadata).filter(([key]) => !ownKeys.includes(key))),
  };
}

/** The bytes of a `.safetensors` file that `readModel` reads back. */
export function writeModel(model: Model): Uint8Array {
  const { architecture, preprocessing, weights, labels, card } = model;
  const tensors = [...weights].map(([name, { shape, data }]) => ({
    name,
    shape,
    data,
    dtype: 'F32' as const,
  }));
  tensors.push({ name: meanTensor, shape: preprocessing.image, data: preprocessing.mean, dtype: 'F32' });
  return writeSafetensors(tensors, {
    ...card,
    arch: architecture.name,
    labels: JSON.stringify(labels),
    channels: preprocessing.channelOrder,
    scale: String(preprocessing.scale),
    image: String(preprocessing.image[1]),
    input: String(architecture.input[1]),
  });
}

function countClasses(
  tensors: ReadonlyMap<string, Tensor>,
  architecture: Architecture,
  fileName: string,
): number {
  const last = architecture.layers.at(-1)?.name ?? '';
  const weight = tensors.get(weightName(last)) ?? tensors.get(factorNames(last)[0]);
  const classes = weight?.shape[0];
  if (classes === undefined || classes < 1) {
    throw new WeightFileError(
      `${fileName}: no tensor ${last}.weight, which ${architecture.name} ends with; the file has ${[...tensors.keys()].join(', ') || 'no tensors'}. Was another --arch meant?`,
    );
  }
  return classes;
}

function readLabels(text: string | undefined, fileName: string): string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const labels: unknown = JSON.parse(text);
    if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
  } catch (error) {
    throw new WeightFileError(`${fileName}: the labels in the header are no JSON: ${messageOf(error)}`);
  }
  throw new WeightFileError(`${fileName}: the labels in the header are no list of strings`);
}

function readPreprocessing(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
  architecture: Architecture,
  fileName: string,
): Preprocessing {
  const channels = architecture.input[0];
  const side = readNumber(metadata['image'], architecture.input[1], 'image', fileName);
  if (!Number.isInteger(side) || side < architecture.input[1] || side > 4096) {
    throw new WeightFileError(
      `${fileName}: image side ${String(side)} in the header, expected ${String(architecture.input[1])} to 4096`,
    );
  }
  const image: Extent = [channels, side, side];
  const order = metadata['channels'] ?? (channels === 1 ? 'gray' : 'rgb');
  if ((channels === 1) !== (order === 'gray') || !['gray', 'rgb', 'bgr'].includes(order)) {
    throw new WeightFileError(
      `${fileName}: channel order "${order}" in the header does not fit ${String(channels)} channels`,
    );
  }
  return {
    image,
    mean: readMean(tensors.get(meanTensor), metadata['mean'], image, fileName),
    scale: readNumber(metadata['scale'], 1, 'scale', fileName),
    channelOrder: order as Preprocessing['channelOrder'],
  };
}

function readMean(
  tensor: Tensor | undefined,
  text: string | undefined,
  image: Extent,
  fileName: string,
): Float32Array<ArrayBuffer> {
  if (tensor) {
    if (tensor.shape.join() === image.join()) return Float32Array.from(tensor.data);
    throw new WeightShapeError(
      `${fileName}: mean is [${tensor.shape.join(', ')}], the image is [${image.join(', ')}]`,
    );
  }
  const values = (text ?? '0').split(',').map((part) => readNumber(part, 0, 'mean', fileName));
  if (values.length !== 1 && values.length !== image[0]) {
    throw new WeightFileError(
      `${fileName}: ${String(values.length)} mean values in the header for ${String(image[0])} channels`,
    );
  }
  const plane = image[1] * image[2];
  return Float32Array.from(
    { length: volume(image) },
    (_, index) => values[values.length === 1 ? 0 : Math.floor(index / plane)] ?? 0,
  );
}

function readNumber(text: string | undefined, fallback: number, what: string, fileName: string): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isFinite(value))
    throw new WeightFileError(`${fileName}: ${what} in the header is "${String(text)}", not a number`);
  return value;
}
