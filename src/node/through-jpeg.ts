/**
 * What is left of a picture after it was a JPEG file. jpeg-js encodes it as libjpeg does: mozjpeg's encoder leaves out what it
 * holds for invisible, and is no measure of a quality that others name.
 */
import jpeg from 'jpeg-js';
import type { ImageBytes } from './image-bytes.ts';
import { decodeJpeg } from './jpeg-image.ts';

/** @param quality 1 to 100, as the Independent JPEG Group counts it */
export function throughJpeg({ pixels, channels, height, width }: ImageBytes, quality: number): ImageBytes {
  const area = height * width;
  const data = new Uint8Array(4 * area);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      data[4 * pixel + channel] = pixels[Math.min(channel, channels - 1) * area + pixel] ?? 0;
    data[4 * pixel + 3] = 255;
  }
  const { pixels: decoded } = decodeJpeg(jpeg.encode({ data, height, width }, quality).data);
  // A grey picture comes back in three planes, of which chroma is none of the first.
  return { pixels: decoded.subarray(0, channels * area), channels, height, width };
}
