/** Decodes PNG behind our own check of the file's structure: what runs and most programs write directly, all other kinds with pngjs. */
import { PNG } from 'pngjs';
import type { Image } from '../image/image.ts';
import type { PictureBound } from './image-limits.ts';
import { fromChunks } from './png-chunks.ts';
import { fromScanlines } from './png-scanlines.ts';
import { checkPng, type CheckedPng } from './png-structure.ts';

/**
 * @param onNote told what is wrong with a picture that is read all the same
 * @throws Error that says what is wrong, without the file's name
 */
export function decodePng(
  bytes: Uint8Array,
  bound?: PictureBound,
  onNote: (what: string) => void = () => undefined,
): Image {
  const checked = checkPng(bytes, bound, onNote);
  const { bitDepth, colourType, height, interlaced, width } = checked.header;
  if (bitDepth === 8 && !interlaced && !checked.transparency && (colourType === 0 || colourType === 2)) {
    const image = fromScanlines(checked.inflated, [colourType === 0 ? 1 : 3, height, width]);
    if (!image) throw new Error(badFilter);
    return image;
  }
  return planesOverWhite(rgbaOf(checked, onNote), [0, 4].includes(colourType) ? 1 : 3, height, width);
}

const badFilter = 'one of its lines has a filter that PNG does not have: fetch or export it again';

/** RGBA of 8 bits, [height, width, 4]. What pngjs still finds wrong is a pixel beyond the palette, or a filter. */
function rgbaOf(checked: CheckedPng, onNote: (what: string) => void): Uint8Array {
  const { palette } = checked;
  try {
    return decode(checked);
  } catch (error) {
    if (palette) {
      const padded = new Uint8Array(3 * 256);
      padded.set(palette);
      try {
        const rgba = decode({ ...checked, palette: padded });
        onNote('some of its pixels have a colour beyond its palette: they are black');
        return rgba;
      } catch {
        // It is the filter.
      }
    }
    throw new Error(badFilter, { cause: error });
  }
}

function decode({ headerData, palette, transparency, compressed }: CheckedPng): Uint8Array {
  const image = fromChunks([
    ['IHDR', headerData],
    ...(palette ? [['PLTE', palette] as const] : []),
    ...(transparency ? [['tRNS', transparency] as const] : []),
    ['IDAT', compressed],
    ['IEND', new Uint8Array()],
  ]);
  return PNG.sync.read(image, { checkCRC: false }).data;
}

/** Splits RGBA into planes, each sample blended with white by its alpha and rounded. */
function planesOverWhite(rgba: Uint8Array, channels: number, height: number, width: number): Image {
  const area = height * width;
  const bytes = new Uint8Array(channels * area);
  for (let pixel = 0; pixel < area; pixel++) {
    const alpha = rgba[4 * pixel + 3] ?? 255;
    for (let channel = 0; channel < channels; channel++) {
      const sample = rgba[4 * pixel + channel] ?? 0;
      bytes[channel * area + pixel] = Math.round((sample * alpha) / 255 + 255 - alpha);
    }
  }
  return { extent: [channels, height, width], bytes };
}
