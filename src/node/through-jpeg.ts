/**
 * What is left of a picture after it was a JPEG file. jpeg-js encodes it as libjpeg does: mozjpeg's encoder leaves out what it
 * holds for invisible, and is no measure of a quality that others name.
 */
import type { Image } from '../image/image.ts';
import { encodeJpeg } from './image-file.ts';
import { decodeJpeg } from './jpeg-image.ts';

/** @param quality 1 to 100, as the Independent JPEG Group counts it */
export function throughJpeg(image: Image, quality: number): Image {
  const { extent } = image;
  const file = encodeJpeg(image, quality);
  // jpeg-js writes three components of a grey image too: equal planes, of which the first is kept.
  return { extent, bytes: decodeJpeg(file).bytes.subarray(0, image.bytes.length) };
}
