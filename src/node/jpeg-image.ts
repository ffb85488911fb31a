/** Decodes JPEG behind a look at its header, and says in plain words what libjpeg found odd. */
import { turnUpright } from './exif-orientation.ts';
import { fromInterleaved, type Image } from '../image/image.ts';
import type { PictureBound } from './image-limits.ts';
import { decodeWithMozjpeg, JpegError, type DecodedJpeg } from './jpeg-decoder.ts';
import { decodeFourColours } from './jpeg-four-colours.ts';
import { readJpegHeader } from './jpeg-header.ts';

/**
 * @param onNote told what is wrong with a picture that is read all the same, as "it ends early"
 * @throws Error that says what is wrong, without the file's name
 */
export function decodeJpeg(
  bytes: Uint8Array,
  bound?: PictureBound,
  onNote: (what: string) => void = () => undefined,
): Image {
  const { width, height, components, orientation } = readJpegHeader(bytes, bound);
  const decoded = decode(bytes, components === 4 ? decodeFourColours : decodeWithMozjpeg);
  if (decoded.width !== width || decoded.height !== height)
    throw new Error('it has two headers of different sizes: export it again');
  if (decoded.warning !== undefined) onNote(inPlainWords(decoded.warning));
  // The three samples of a grey picture are equal: one is kept.
  const image = fromInterleaved(decoded.data, [components === 1 ? 1 : 3, height, width], 4);
  return turnUpright(image, orientation);
}

function decode(bytes: Uint8Array, by: (bytes: Uint8Array) => DecodedJpeg): DecodedJpeg {
  try {
    return by(bytes);
  } catch (error) {
    if (!(error instanceof JpegError)) throw error;
    throw new Error(`it is damaged (${error.message}): fetch or export it again`, { cause: error });
  }
}

/** libjpeg's warnings (jerror.h) as the sentence "it is read although …" goes on. */
function inPlainWords(warning: string): string {
  const stray = /(\d+) extraneous bytes? before marker/.exec(warning)?.[1];
  if (stray !== undefined) return `it has stray bytes (${stray}) before a marker`;
  if (warning.includes('Premature end of JPEG file'))
    return 'it ends without its end marker: what is missing is grey';
  if (warning.includes('premature end of data segment'))
    return 'its compressed data ends early: what is missing is grey';
  if (/found marker .* instead of RST/.test(warning))
    return 'one of its restart markers has the wrong number';
  return `it is damaged (libjpeg: ${warning}): parts of it may look wrong`;
}
