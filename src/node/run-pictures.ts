/**
 * Pictures of a run folder, which may come from another program: they must have the run's size, and only as many are read as fit
 * in memory.
 */
import type { RunRecord } from '../runs/evolution/records.ts';
import { shrink } from '../image/shrink.ts';
import type { Image } from '../image/image.ts';
import { decodeImage, ImageFileError } from './image-file.ts';

/** A thousand pictures of AlexNet's size and half as many more. */
const mostGridPixels = 100_000_000;

/** @throws ImageFileError when it is damaged, or larger than the run's pictures are */
export function decodePicture(
  bytes: Uint8Array,
  path: string,
  { image: [, height, width] }: RunRecord['model'],
): Image {
  return decodeImage(bytes, path, { height, width });
}

/** As `decodePicture`, for what is to be judged. @throws ImageFileError also when it is of another size than the run's */
export function decodeWholePicture(
  bytes: Uint8Array,
  path: string,
  { image: [channels, height, width] }: Pick<RunRecord['model'], 'image'>,
): Image {
  const image = decodeImage(bytes, path, { height, width });
  const [found, expected] = [image.extent, [channels, height, width]].map((extent) => extent.join(' × '));
  if (found === expected) return image;
  throw new ImageFileError(`${path} is ${String(found)}, the run's pictures are ${String(expected)}`);
}

/** For a grid of so many pictures, all of which are in memory at once. */
export const forGrid = (image: Image, pictures: number): Image =>
  shrink(image, Math.floor(Math.sqrt(mostGridPixels / Math.max(1, pictures))));
