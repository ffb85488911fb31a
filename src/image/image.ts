/** The one type for images in memory. */

/** What an image holds; channels are 1 (grey) or 3 (red, green, blue). */
export type ImageExtent = readonly [channels: number, height: number, width: number];

/** An image in memory: planar bytes, gray or RGB, from 0 to 255. */
export interface Image {
  readonly extent: ImageExtent;
  /** Planar, row by row: [channels, height, width]. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const longestSide = ({ extent: [, height, width] }: Pick<Image, 'extent'>): number =>
  Math.max(height, width);

/** Values of one channel. */
const area = ([, height, width]: ImageExtent): number => height * width;

/**
 * [channels, height, width] → [height, width, samples], as files and canvases hold images. A grey image repeats its
 * channel where more samples are asked for; a fourth sample is alpha, opaque.
 */
export function interleaved({ extent, bytes }: Image, samples = extent[0]): Uint8Array<ArrayBuffer> {
  const [channels] = extent;
  const plane = area(extent);
  const result = new Uint8Array(samples * plane);
  if (samples === 4) result.fill(255);
  for (let sample = 0; sample < Math.min(samples, 3); sample++) {
    const start = Math.min(sample, channels - 1) * plane;
    for (let pixel = start, at = sample; pixel < start + plane; pixel++, at += samples)
      result[at] = bytes[pixel] ?? 0;
  }
  return result;
}

/**
 * [height, width, samples] → [channels, height, width]: the first samples of each pixel, as many as there are channels.
 * @param samples of each pixel in `data`; 4 for RGBA
 */
export function fromInterleaved(data: Uint8Array, extent: ImageExtent, samples = extent[0]): Image {
  const [channels] = extent;
  const plane = area(extent);
  const bytes = new Uint8Array(channels * plane);
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < plane; pixel++)
      bytes[channel * plane + pixel] = data[pixel * samples + channel] ?? 0;
  }
  return { extent, bytes };
}
