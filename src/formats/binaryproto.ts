/** mean.binaryproto: the mean of the training pictures, which Caffe's networks expect subtracted (a bare BlobProto). */
import { readBlob } from './caffe-blob.ts';
import type { MeanImage } from './mean-of-images.ts';
import { MessageReader } from './protobuf.ts';
import { refusalOf } from './refusal.ts';
import { viewOf } from './view-of.ts';

/**
 * Reads the mean image of a training set: values 0–255, channels in the order B, G, R.
 * @param fileName for messages only
 * @throws WeightFileError when the file is damaged, holds more than one image, or a value that is not finite.
 */
export function readBinaryproto(bytes: Uint8Array, fileName: string): MeanImage {
  const fail = refusalOf(fileName);
  const blob = readBlob(new MessageReader(bytes, fail), viewOf(bytes), 'the mean image', fail);
  const [images, ...image] = blob.shape.length === 3 ? [1, ...blob.shape] : blob.shape;
  const [channels, height, width] = image;
  if (
    images !== 1 ||
    image.length !== 3 ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    blob.data.length === 0
  ) {
    return fail(
      `has the shape [${blob.shape.join(', ')}], expected one image [1, channels, height, width]; ` +
        "is it a mean image, as Caffe's compute_image_mean makes it?",
    );
  }
  return { shape: [channels, height, width], data: blob.data };
}
