/** Pixels of the scan lines of a PNG that has 8 bits a sample, no palette and no passes (PNG specification, section 9). */
import type { Image, ImageExtent } from '../image/image.ts';

/**
 * @param lines of the image, each after the byte of its filter; they become what they were before it
 * @param extent of 1 or 3 channels
 * @returns undefined where a line has a filter that PNG does not have
 */
export function fromScanlines(lines: Uint8Array, extent: ImageExtent): Image | undefined {
  const [channels, height, width] = extent;
  const plane = height * width;
  const row = channels * width;
  const bytes = new Uint8Array(channels * plane);
  for (let y = 0; y < height; y++) {
    const start = y * (row + 1) + 1;
    if (!unfilter(lines, lines[start - 1] ?? 0, start, row, channels, y === 0)) return undefined;
    for (let channel = 0; channel < channels; channel++) {
      const target = channel * plane + y * width;
      for (let x = 0, from = start + channel; x < width; x++, from += channels)
        bytes[target + x] = lines[from] ?? 0;
    }
  }
  return { extent, bytes };
}

/** @param step samples from a pixel to its left neighbour */
function unfilter(
  lines: Uint8Array,
  filter: number,
  start: number,
  row: number,
  step: number,
  isFirst: boolean,
): boolean {
  const end = start + row;
  // Of the sample above, and of the line's first pixel.
  const above = row + 1;
  const begun = start + step;
  const up = (at: number): number => (isFirst ? 0 : (lines[at - above] ?? 0));
  const left = (at: number): number => (at < begun ? 0 : (lines[at - step] ?? 0));
  switch (filter) {
    case 0:
      return true;
    case 1:
      for (let at = begun; at < end; at++) lines[at] = (lines[at] ?? 0) + (lines[at - step] ?? 0);
      return true;
    case 2:
      if (!isFirst)
        for (let at = start; at < end; at++) lines[at] = (lines[at] ?? 0) + (lines[at - above] ?? 0);
      return true;
    case 3:
      for (let at = start; at < end; at++) lines[at] = (lines[at] ?? 0) + ((left(at) + up(at)) >> 1);
      return true;
    case 4:
      // Most pictures have this one alone: of the first line it is the left neighbour, of the first pixel the one above.
      if (isFirst) return unfilter(lines, 1, start, row, step, isFirst);
      for (let at = start; at < begun; at++) lines[at] = (lines[at] ?? 0) + (lines[at - above] ?? 0);
      for (let at = begun; at < end; at++) {
        const corner = lines[at - above - step] ?? 0;
        lines[at] = (lines[at] ?? 0) + paeth(lines[at - step] ?? 0, lines[at - above] ?? 0, corner);
      }
      return true;
    default:
      return false;
  }
}

/** Of left, above and above left the one that is nearest to left + above − above left. */
function paeth(left: number, above: number, corner: number): number {
  const byLeft = Math.abs(above - corner);
  const byAbove = Math.abs(left - corner);
  const byCorner = Math.abs(left + above - 2 * corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}
