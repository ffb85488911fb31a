/** Images made smaller for pages, grids and animations. */
import { fitImage } from './fit-image.ts';
import type { Image } from './image.ts';

/**
 * Scaled down until neither side is longer than `longestSide` pixels; an image that is no larger is returned itself. Not by the
 * means of blocks: they would show stripes of two or three pixels as wider ones that are not there.
 */
export function shrink(image: Image, longestSide: number): Image {
  const [, height, width] = image.extent;
  const scale = longestSide / Math.max(height, width);
  if (scale >= 1) return image;
  const sideOf = (side: number) => Math.max(1, Math.round(scale * side));
  return resize(image, sideOf(height), sideOf(width));
}

export function resize(image: Image, height: number, width: number): Image {
  const [channels, oldHeight, oldWidth] = image.extent;
  return oldHeight === height && oldWidth === width ? image : fitImage(image, [channels, height, width]);
}

/**
 * Smaller by the least whole factor after which neither side is longer than `longestSide` pixels; each pixel is the mean of the
 * block that it covers. For measurements, in which a pixel must stand for those pixels and no others.
 */
export function blockMeans(image: Image, longestSide: number): Image {
  const [channels, oldHeight, oldWidth] = image.extent;
  const factor = Math.ceil(Math.max(oldHeight, oldWidth) / longestSide);
  if (factor <= 1) return image;
  const height = Math.ceil(oldHeight / factor);
  const width = Math.ceil(oldWidth / factor);
  const bytes = new Uint8Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        bytes[(channel * height + y) * width + x] = blockMean(image, channel, y * factor, x * factor, factor);
    }
  }
  return { extent: [channels, height, width], bytes };
}

/** The mean of a block of side × side pixels, or of the part of it that lies within the image. */
function blockMean(
  { extent: [, height, width], bytes }: Image,
  channel: number,
  top: number,
  left: number,
  side: number,
): number {
  const bottom = Math.min(height, top + side);
  const right = Math.min(width, left + side);
  let sum = 0;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++)
      sum += bytes[(channel * height + row) * width + column] ?? 0;
  }
  return Math.round(sum / ((bottom - top) * (right - left)));
}
