/** The mean of the training pictures, as the files of other programs hold it: Caffe's binaryproto, or an array of NumPy. */
import { readBinaryproto } from './binaryproto.ts';
import type { MeanImage } from './mean-of-images.ts';
import { isNpy, readNpy, type NpyArray } from './npy.ts';
import { refusalOf } from './refusal.ts';
import { rearranged } from './strided.ts';
import { isZip } from './zip.ts';

/**
 * Reads the mean image of a training set, whose format its first bytes tell.
 * @param fileName for messages only
 * @throws WeightFileError when the file is damaged, holds more than one image, or a value that is not finite
 */
export function readMeanImage(bytes: Uint8Array, fileName: string): MeanImage {
  if (isNpy(bytes)) return imageOf(readNpy(bytes, 'the mean image', fileName), fileName);
  if (isZip(bytes))
    return refusalOf(fileName)(
      'is a zip archive, as numpy.savez makes it; save the mean alone, with numpy.save',
    );
  return readBinaryproto(bytes, fileName);
}

const isChannels = (size: number): boolean => size === 1 || size === 3;

/** Reads an array as an image, where its shape allows only one way. */
function imageOf({ shape, data }: NpyArray, fileName: string): MeanImage {
  const refuse = (why: string): never =>
    refusalOf(fileName)(
      `has the shape [${shape.join(', ')}], ${why}; expected a value per channel, or one image [channels, height, width]`,
    );
  if (data.length === 0) refuse('which holds no value');
  // A value per channel, with other dimensions of one pixel or none beside it.
  if (shape.filter((size) => size !== 1).length <= 1) {
    if (isChannels(data.length)) return { shape: [data.length, 1, 1], data };
    refuse(`${String(data.length)} values in a row`);
  }
  const [first, ...others] = shape.length === 4 ? shape : [1, ...shape];
  if (first !== 1) refuse(shape.length === 4 ? `${String(first)} images` : 'which is no image');
  const [a = 0, b = 0, c = 0] = others;
  if (others.length === 2) return { shape: [1, a, b], data };
  if (others.length !== 3) refuse('which is no image');
  if (isChannels(a) && isChannels(c)) refuse('whose channels may come first or last');
  if (isChannels(a)) return { shape: [a, b, c], data };
  if (isChannels(c)) return { shape: [c, a, b], data: rearranged(data, [c, a * b], [1, c]) };
  return refuse('in which neither the first nor the last dimension is of 1 or 3 channels');
}
