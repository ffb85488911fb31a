/** Images as files: what is written is lossless, what is read may come from anywhere. */
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { messageOf } from '../util/message-of.ts';
import { interleaved, type Image } from '../image/image.ts';
import type { PictureBound } from './image-limits.ts';
import { hasJpegSignature } from './jpeg-header.ts';
import { decodeJpeg } from './jpeg-image.ts';
import { hasPngSignature } from './png-chunks.ts';
import { decodePng } from './png-image.ts';

/** A file is no image that can be read. The message names the file, what is wrong and what to do. */
export class ImageFileError extends Error {
  override readonly name = 'ImageFileError';
}

/**
 * Of PNG's filters the one that is best for pictures, nearly always: files of patterns are as small as with the best of all for each
 * line, which takes as long to find as all else.
 */
const paeth = 4;

/**
 * A PNG of 8 bits a sample: greyscale for one channel, RGB for three. Decoding returns the same bytes.
 * @param filterType of its lines, as PNG numbers them; default: Paeth's
 * @throws RangeError when the number of pixels is not channels × height × width.
 */
export function encodePng(image: Image, filterType = paeth): Uint8Array {
  const { extent, bytes } = image;
  const [channels, height, width] = extent;
  if (bytes.length !== channels * height * width || height * width === 0) {
    throw new RangeError(`an image of [${extent.join(', ')}] has ${String(bytes.length)} bytes of pixels`);
  }
  const png = new PNG({ width, height });
  png.data = Buffer.from(interleaved(image).buffer);
  const colorType = channels === 1 ? 0 : 2;
  return PNG.sync.write(png, {
    colorType,
    inputColorType: colorType,
    inputHasAlpha: false,
    bitDepth: 8,
    filterType,
    // The package's own choice, run lengths alone, makes smooth patterns ten times as large.
    deflateStrategy: 0,
    deflateLevel: 6,
  });
}

/**
 * A JPEG without what is seen least, for copies of pictures that are there as PNG. Grey images get three equal components.
 * @param quality 1 to 100, as the Independent JPEG Group counts it
 */
export function encodeJpeg(image: Image, quality: number): Uint8Array {
  const [, height, width] = image.extent;
  return jpeg.encode({ data: interleaved(image, 4), height, width }, quality).data;
}

/** Told of a picture that is read although its file is not as it should be: its name and what is wrong. */
export type OnNote = (text: string) => void;

/**
 * Decodes a PNG of any colour type and depth, or a baseline or progressive JPEG. Grey images give one channel,
 * all others (palettes too) three; 16-bit samples are rounded to 8; transparent pixels are laid over white,
 * as on a page; photographs are turned upright as their Exif says. Gamma and colour profiles are ignored, so
 * that an 8-bit PNG gives exactly its own bytes; a JPEG gives those of libjpeg, one of four colours (CMYK) those of browsers. What libpng and libjpeg read with a
 * warning is read, as a file without its end marker, whose missing part is grey.
 * @param fileName for messages only
 * @param bound of a picture that is to have a size; a larger one is refused before it is decoded
 * @param onNote told the first thing that is wrong with a picture that is read all the same
 * @throws ImageFileError when it is neither, damaged, or larger than 16,384 pixels a side, 50 megapixels,
 * or the bound.
 */
export function decodeImage(
  bytes: Uint8Array,
  fileName: string,
  bound?: PictureBound,
  onNote?: OnNote,
): Image {
  const format = hasPngSignature(bytes) ? 'PNG' : hasJpegSignature(bytes) ? 'JPEG' : undefined;
  if (format === undefined) {
    throw new ImageFileError(
      `${fileName} is neither a PNG nor a JPEG: give an image in one of these formats`,
    );
  }
  const notes: string[] = [];
  try {
    const image = (format === 'PNG' ? decodePng : decodeJpeg)(bytes, bound, (what) => {
      notes.push(what);
    });
    if (notes[0] !== undefined) onNote?.(`${fileName} is read although ${notes[0]}`);
    return image;
  } catch (error) {
    throw new ImageFileError(`${fileName} cannot be read as a ${format}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
