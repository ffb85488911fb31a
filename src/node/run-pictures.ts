/**
 * Pictures of a run folder, which may come from another program: they must have the run's size, and only as many are read as fit
 * in memory.
 */
import type { RunRecord } from '../runs/evolution/records.ts';
import { shrink } from '../image/shrink.ts';
import { longestSide, type Image } from '../image/image.ts';
import { gridPictureSide, type GridOptions } from '../report/grid.ts';
import type { Storage } from '../storage/storage.ts';
import { ahead } from '../util/ahead.ts';
import { decodeImage, ImageFileError } from './image-file.ts';

/** @throws ImageFileError when it is damaged, or larger than the run's pictures are */
export function decodePicture(
  bytes: Uint8Array,
  path: string,
  { image: [, height, width] }: Pick<RunRecord['model'], 'image'>,
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

/**
 * As a grid of so many pictures shows it, since all of them are in memory at once.
 * @param smaller the same picture, from which it is made where that is large enough
 */
export function forGrid(image: Image, pictures: number, smaller = image, options?: GridOptions): Image {
  const side = gridPictureSide(pictures, image.extent, options);
  return shrink(longestSide(smaller) >= side ? smaller : image, side);
}

/** Files that are read while one is looked at. */
export const filesAhead = 8;

/** The files of a folder one after the other, with what they hold, or undefined where there is none. */
export const readAhead = (
  storage: Storage,
  paths: readonly string[],
): AsyncGenerator<[index: number, path: string, bytes: Uint8Array | undefined]> =>
  ahead(paths, filesAhead, async (path, index) => [index, path, await storage.read(path)]);
