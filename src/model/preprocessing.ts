/** How an image becomes the network's input: x = (pixel − mean) · scale. Weight files carry it in their metadata. */
import type { Tensor } from '../formats/tensor.ts';
import type { WeightFile } from '../formats/weight-file.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { volume, type Architecture, type Extent } from '../network/layer.ts';
import { WeightShapeError } from '../network/parameters.ts';

/** How an image becomes the network's input: (crop − mean) · scale, channels in the network's order. */
export interface Preprocessing {
  /** Channels, height and width of the images that are judged, before any crop. */
  readonly image: Extent;
  /** Side of the part of the image that a view shows; brought to the input's side where that is another. */
  readonly crop: number;
  /** Of each channel, row and column of the image, in the network's channel order. */
  readonly mean: Float32Array<ArrayBuffer>;
  /** Of each channel, in the network's channel order. */
  readonly scale: readonly number[];
  /** Images are gray or RGB; a network that wants blue first says bgr. */
  readonly channelOrder: ChannelOrder;
}

export const channelOrders = ['gray', 'rgb', 'bgr'] as const;
export type ChannelOrder = (typeof channelOrders)[number];

/** Tensor of a safetensors file that holds a mean image. */
export const meanTensor = 'mean';
/** The mean image that a model file carries; what other formats call by that name is something else. */
export const meanImageOf = ({ format, tensors }: WeightFile): Tensor | undefined =>
  format === 'safetensors' ? tensors.get(meanTensor) : undefined;
/** Keys of the metadata that are preprocessing. */
export const preprocessingKeys = ['channels', 'mean', 'scale', 'image', 'crop', 'input'] as const;

const largestSide = 4096;

/** Numbers with commas between them; undefined where one is none, or infinite in the device's binary32. */
export function numbersOf(text: string): readonly number[] | undefined {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  return values.every((value) => Number.isFinite(Math.fround(value))) ? values : undefined;
}

/** The same value for every pixel of a channel. @param values one, or one per channel */
export function flatMean(values: readonly number[], image: Extent): Float32Array<ArrayBuffer> {
  const plane = image[1] * image[2];
  return Float32Array.from(
    { length: volume(image) },
    (_, index) => values[values.length === 1 ? 0 : Math.floor(index / plane)] ?? 0,
  );
}

/** The mean colour in the network's order, where the mean is the same for every pixel. */
export function colourOf(mean: Float32Array, [channels]: Extent): readonly number[] | undefined {
  const plane = mean.length / channels;
  const colour = Array.from({ length: channels }, (_, channel) => mean[channel * plane] ?? 0);
  return mean.every((value, index) => value === colour[Math.floor(index / plane)]) ? colour : undefined;
}

export interface StoredPreprocessing {
  readonly metadata: Readonly<Record<string, string>>;
  /** A mean image, where the mean is more than a colour. */
  readonly tensor: Tensor | undefined;
}

/** As `readPreprocessing` reads it back. */
export function storePreprocessing(
  { image, crop, mean, scale, channelOrder }: Preprocessing,
  input: Extent,
): StoredPreprocessing {
  const colour = colourOf(mean, image);
  const metadata = {
    channels: channelOrder,
    scale: scale.every((value) => value === scale[0]) ? String(scale[0] ?? 1) : scale.join(','),
    image: String(image[1]),
    crop: String(crop),
    input: String(input[1]),
  };
  if (colour) return { metadata: { ...metadata, mean: colour.join(',') }, tensor: undefined };
  return { metadata, tensor: { name: meanTensor, shape: image, data: mean, dtype: 'F32' } };
}

/**
 * @param from what messages call an entry that is not of the file
 * @throws WeightFileError, WeightShapeError naming the file and the entry of its metadata
 */
export function readPreprocessing(
  tensor: Tensor | undefined,
  metadata: Readonly<Record<string, string>>,
  { input }: Architecture,
  fileName: string,
  from: Readonly<Partial<Record<'mean' | 'scale' | 'channels' | 'image', string>>> = {},
): Preprocessing {
  const [channels, side] = input;
  const whole = (key: 'image' | 'crop', fallback: number, most: number): number => {
    const source = (key === 'image' ? from.image : undefined) ?? fileName;
    const [value = NaN, ...others] = readNumbers(metadata[key], [fallback], key, source);
    if (Number.isInteger(value) && value >= 1 && value <= most && others.length === 0) return value;
    throw new WeightFileError(
      `${source}: the side "${key}" is ${[value, ...others].join(',')}, expected a whole number from 1 to ${String(most)}`,
    );
  };
  const image: Extent = [channels, whole('image', side, largestSide), whole('image', side, largestSide)];
  const order = metadata['channels'] ?? (channels === 1 ? 'gray' : 'rgb');
  const channelOrder = channelOrders.find((known) => known === order);
  if (channelOrder === undefined || (channels === 1) !== (order === 'gray')) {
    throw new WeightFileError(
      `${from.channels ?? fileName}: the channels are "${order}", expected ${channels === 1 ? 'gray' : 'rgb or bgr'} for the ${String(channels)} of the network`,
    );
  }
  const scaleFrom = from.scale ?? fileName;
  const scale = perChannel(
    readNumbers(metadata['scale'], [1], 'scale', scaleFrom),
    'scale',
    channels,
    scaleFrom,
  );
  if (scale.includes(0))
    throw new WeightFileError(`${scaleFrom}: the scale is 0: all images would be the same`);
  return {
    image,
    crop: whole('crop', Math.min(image[1], side), image[1]),
    mean: readMean(tensor, metadata['mean'], image, from.mean ?? fileName),
    scale: scale.length === 1 ? Array.from({ length: channels }, () => scale[0] ?? 1) : scale,
    channelOrder,
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
      `${fileName}: the mean is [${tensor.shape.join(', ')}], the image is [${image.join(', ')}]`,
    );
  }
  return flatMean(perChannel(readNumbers(text, [0], 'mean', fileName), 'mean', image[0], fileName), image);
}

function perChannel(values: readonly number[], what: string, channels: number, fileName: string) {
  if (values.length === 1 || values.length === channels) return values;
  throw new WeightFileError(
    `${fileName}: the ${what} has ${String(values.length)} values, expected 1 or ${String(channels)}, one per channel`,
  );
}

function readNumbers(
  text: string | undefined,
  fallback: readonly number[],
  what: string,
  fileName: string,
): readonly number[] {
  if (text === undefined) return fallback;
  const values = numbersOf(text);
  if (values) return values;
  throw new WeightFileError(
    `${fileName}: the ${what} is "${text}", expected numbers with commas between them`,
  );
}
