/** Decodes JPEG with jpeg-js, behind our own check of the file's structure. */
import jpeg from 'jpeg-js';
import { messageOf } from '../message-of.ts';
import { turnUpright } from './exif-orientation.ts';
import type { ImageBytes } from './image-file.ts';
import { MAX_PIXELS, type PictureBound } from './image-limits.ts';
import { checkJpeg } from './jpeg-structure.ts';

/** Coefficients of 50 megapixels take 0.6 GB, their samples and the picture 0.5 GB more. */
const MAX_MEGABYTES = 1250;

/** @throws Error that says what is wrong, without the file's name */
export function decodeJpeg(bytes: Uint8Array, bound?: PictureBound): ImageBytes {
  const checked = checkJpeg(bytes, bound);
  const { width, height, components } = checked.frame;
  const samples = interleaved(checked.image);
  if (components.length === 3 && checked.isYCbCr) convertToRgb(samples);
  const image = planesOf(samples, components.length === 1 ? 1 : 3, height, width);
  return turnUpright(image, checked.orientation);
}

/**
 * Samples of 8 bits, [height, width, 3]: three equal ones for grey, the components as they are stored for
 * three, RGB for four. What jpeg-js still finds wrong lies in tables or compressed data.
 */
function interleaved(image: Uint8Array): Uint8Array {
  try {
    return jpeg.decode(image, {
      useTArray: true,
      formatAsRGBA: false,
      // Its own conversion cuts off where it should round: pictures would be half a step too dark.
      colorTransform: false,
      // Not for damage: a lone component's last restart interval may be longer than what is left of it.
      tolerantDecoding: true,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_MEGABYTES,
    }).data;
  } catch (error) {
    // A TypeError is jpeg-js stumbling over a table or block that is not there.
    const detail = error instanceof TypeError ? 'a table or block is missing' : messageOf(error);
    throw new Error(`its compressed data is damaged (${detail}): fetch or export it again`, { cause: error });
  }
}

/** YCbCr to RGB in place (JFIF 1.02, page 3). */
function convertToRgb(samples: Uint8Array): void {
  for (let at = 0; at < samples.length; at += 3) {
    const y = samples[at] ?? 0;
    const blue = (samples[at + 1] ?? 0) - 128;
    const red = (samples[at + 2] ?? 0) - 128;
    samples[at] = toByte(y + 1.402 * red);
    samples[at + 1] = toByte(y - 0.344136 * blue - 0.714136 * red);
    samples[at + 2] = toByte(y + 1.772 * blue);
  }
}

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

/** Splits RGB into planes; of a grey picture, whose three samples are equal, one is kept. */
function planesOf(rgb: Uint8Array, channels: 1 | 3, height: number, width: number): ImageBytes {
  const area = height * width;
  const pixels = new Uint8Array(channels * area);
  for (let channel = 0; channel < channels; channel++) {
    const plane = pixels.subarray(channel * area, (channel + 1) * area);
    for (let pixel = 0; pixel < area; pixel++) plane[pixel] = rgb[3 * pixel + channel] ?? 0;
  }
  return { pixels, channels, height, width };
}
