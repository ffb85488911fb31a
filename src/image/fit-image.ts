/**
 * Brings an image to the size and channels that a model looks at. Each result pixel is a weighted mean of the
 * source pixels around its centre, weighted by a triangle: between neighbours when enlarging (bilinear), and as
 * wide as the shrink factor to either side when shrinking, so that every source pixel counts and fine patterns
 * do not alias. Pillow's `resize` with BILINEAR does the same. Rows and columns are independent: two passes.
 */
import type { Image, ImageExtent } from './image.ts';

/**
 * Scaled with pixel centres aligned, stretched where the proportions differ; colour becomes gray by Rec. 601
 * weights, gray becomes three equal channels. What fits already stays as it is, byte for byte.
 */
export function fitImage(image: Image, extent: ImageExtent): Image {
  const [channels, height, width] = extent;
  const [sourceChannels, sourceHeight, sourceWidth] = image.extent;
  const plane = sourceHeight * sourceWidth;
  const rows = tapsOf(sourceHeight, height);
  const columns = tapsOf(sourceWidth, width);
  const narrow = new Float64Array(sourceHeight * width);
  const fitted = (channel: number, result: Float64Array): Float64Array => {
    scaleColumns(image.bytes.subarray(channel * plane, (channel + 1) * plane), sourceWidth, columns, narrow);
    scaleRows(narrow, width, rows, result);
    return result;
  };
  const bytes = new Uint8Array(channels * height * width);
  const write = (values: Float64Array, channel: number): void => {
    const start = channel * height * width;
    for (let pixel = 0; pixel < values.length; pixel++) bytes[start + pixel] = Math.round(values[pixel] ?? 0);
  };
  const scratch = new Float64Array(height * width);
  if (channels === sourceChannels)
    for (let channel = 0; channel < channels; channel++) write(fitted(channel, scratch), channel);
  else {
    const scaled = Array.from({ length: sourceChannels }, (_, channel) =>
      fitted(channel, new Float64Array(height * width)),
    );
    changeChannels(scaled, channels).forEach(write);
  }
  return { extent, bytes };
}

/** The source pixels that one result pixel is made of. */
interface Taps {
  readonly first: number;
  /** Of the pixels from `first` on; their sum is 1. */
  readonly weights: Float64Array;
}

function tapsOf(from: number, to: number): Taps[] {
  const step = from / to;
  const reach = Math.max(1, step);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const last = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: last - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs(first + tap + 0.5 - centre) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Bytes [rows, width] → [rows, taps]. */
function scaleColumns(
  source: Uint8Array,
  width: number,
  columns: readonly Taps[],
  result: Float64Array,
): void {
  // One after the other in one array each: this loop is most of the time that it takes to make a picture smaller.
  const ends = Int32Array.from(columns, ({ first, weights }) => first + weights.length);
  const weights = Float64Array.from(columns.flatMap((taps) => [...taps.weights]));
  const firsts = Int32Array.from(columns, ({ first }) => first);
  let at = 0;
  for (let start = 0; start < source.length; start += width) {
    let tap = 0;
    for (let column = 0; column < firsts.length; column++) {
      const end = start + (ends[column] ?? 0);
      let sum = 0;
      for (let pixel = start + (firsts[column] ?? 0); pixel < end; pixel++)
        sum += (weights[tap++] ?? 0) * (source[pixel] ?? 0);
      result[at++] = sum;
    }
  }
}

/** [rows, width] → [taps, width]. */
function scaleRows(source: Float64Array, width: number, rows: readonly Taps[], result: Float64Array): void {
  result.fill(0);
  for (const [row, { first, weights }] of rows.entries()) {
    const begin = row * width;
    for (const [tap, weight] of weights.entries()) {
      const start = (first + tap) * width;
      for (let column = 0; column < width; column++)
        result[begin + column] = (result[begin + column] ?? 0) + weight * (source[start + column] ?? 0);
    }
  }
}

function changeChannels(planes: readonly Float64Array[], channels: number): readonly Float64Array[] {
  const [red, green, blue] = planes;
  if (planes.length === channels || !red) return planes;
  if (!green || !blue) return [red, red, red];
  return [
    red.map((value, pixel) => 0.299 * value + 0.587 * (green[pixel] ?? 0) + 0.114 * (blue[pixel] ?? 0)),
  ];
}
