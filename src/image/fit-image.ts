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
  const scaled = Array.from({ length: sourceChannels }, (_, channel) => {
    const source = image.bytes.subarray(channel * plane, (channel + 1) * plane);
    return scaleRows(scaleColumns(source, sourceWidth, columns), width, rows);
  });
  const planes = changeChannels(scaled, channels);
  const bytes = new Uint8Array(channels * height * width);
  planes.forEach((values, channel) => {
    for (let pixel = 0; pixel < values.length; pixel++)
      bytes[channel * height * width + pixel] = Math.round(values[pixel] ?? 0);
  });
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
function scaleColumns(source: Uint8Array, width: number, columns: readonly Taps[]): Float64Array {
  const rows = source.length / width;
  const result = new Float64Array(rows * columns.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const { first, weights } of columns) {
      const start = row * width + first;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += (weights[tap] ?? 0) * (source[start + tap] ?? 0);
      result[at++] = sum;
    }
  }
  return result;
}

/** [rows, width] → [taps, width]. */
function scaleRows(source: Float64Array, width: number, rows: readonly Taps[]): Float64Array {
  const result = new Float64Array(rows.length * width);
  rows.forEach(({ first, weights }, row) => {
    const target = result.subarray(row * width, (row + 1) * width);
    weights.forEach((weight, tap) => {
      const start = (first + tap) * width;
      for (let column = 0; column < width; column++)
        target[column] = (target[column] ?? 0) + weight * (source[start + column] ?? 0);
    });
  });
  return result;
}

function changeChannels(planes: readonly Float64Array[], channels: number): readonly Float64Array[] {
  const [red, green, blue] = planes;
  if (planes.length === channels || !red) return planes;
  if (!green || !blue) return [red, red, red];
  return [
    red.map((value, pixel) => 0.299 * value + 0.587 * (green[pixel] ?? 0) + 0.114 * (blue[pixel] ?? 0)),
  ];
}
