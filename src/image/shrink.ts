/** Pictures made smaller for pages, grids and animations. */
import { fitImage } from './fit-image.ts';

export interface PlanarPicture {
  /** [channels, height, width]; one channel is grey, three are red, green and blue. */
  readonly pixels: Uint8Array;
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/**
 * As large as fits in a square of so many pixels a side; the picture itself where that is no smaller. The means of blocks
 * would show stripes of two or three pixels as wider ones that are not there.
 */
export function shrink<Picture extends PlanarPicture>(picture: Picture, longestSide: number): Picture {
  const scale = longestSide / Math.max(picture.height, picture.width);
  if (scale >= 1) return picture;
  const sideOf = (side: number) => Math.max(1, Math.round(scale * side));
  return resize(picture, sideOf(picture.height), sideOf(picture.width));
}

export function resize<Picture extends PlanarPicture>(
  picture: Picture,
  height: number,
  width: number,
): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const pixels = fitImage(picture, [picture.channels, height, width]);
  return { ...picture, pixels, height, width };
}

/**
 * Smaller by the least whole factor after which neither side is longer than so many pixels, each pixel the mean of the block
 * that it covers: for measurements, in which a pixel stands for those pixels and no others.
 */
export function blockMeans<Picture extends PlanarPicture>(picture: Picture, longestSide: number): Picture {
  const factor = Math.ceil(Math.max(picture.height, picture.width) / longestSide);
  if (factor <= 1) return picture;
  const height = Math.ceil(picture.height / factor);
  const width = Math.ceil(picture.width / factor);
  const pixels = new Uint8Array(picture.channels * height * width);
  for (let channel = 0; channel < picture.channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        pixels[(channel * height + y) * width + x] = blockMean(
          picture,
          channel,
          y * factor,
          x * factor,
          factor,
        );
    }
  }
  return { ...picture, pixels, height, width };
}

/** The mean of a block of side × side pixels, or of what of it lies within the picture. */
function blockMean(
  { pixels, height, width }: PlanarPicture,
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
      sum += pixels[(channel * height + row) * width + column] ?? 0;
  }
  return Math.round(sum / ((bottom - top) * (right - left)));
}
