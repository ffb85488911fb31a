/** Tells whether two data sets are the same, apart from their names and places. */
import { sha256Hex } from '../formats/sha256.ts';
import type { ImageDataset } from './dataset.ts';

/** SHA-256, in hexadecimal, of all that a training sees of a data set: shapes, classes, targets and images. */
export async function fingerprintOf(data: ImageDataset): Promise<string> {
  const { classes, labels, shape, count } = data;
  const [images, targets] = await Promise.all([sha256Hex(data.images), sha256Hex(data.targets)]);
  const description = JSON.stringify({ classes, labels, shape, count, images, targets });
  return sha256Hex(new TextEncoder().encode(description));
}
