/**
 * What a JPEG says of itself before its picture (ITU-T T.81, annex B): looked at before it is decoded, because decoding
 * takes the memory that the header asks for. Markers are found as libjpeg finds them, past fill bytes and stray ones, so
 * that both see the same header; what else is wrong with a file is for the decoder to say.
 */
import { count } from '../util/count.ts';
import { exifOrientation, type Orientation } from './exif-orientation.ts';
import { checkSize, type PictureBound } from './image-limits.ts';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** One is grey, three are YCbCr or RGB, four are CMYK or YCCK. */
  readonly components: 1 | 3 | 4;
  readonly orientation: Orientation;
}

/** No encoder writes as many; each costs a pass over the picture, however few bytes it has. */
const MAX_SCANS = 100;

/** Markers, by the names of T.81, table B.1. SOF0 and SOF1 are sequential, SOF2 is progressive. */
const SOF0 = 0xc0;
const SOF2 = 0xc2;
const SOF15 = 0xcf;
const DHT = 0xc4;
const DAC = 0xcc;
const RST0 = 0xd0;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;
const EXPORT = 'export it as a baseline or progressive JPEG';

export function hasJpegSignature(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

/**
 * Reads size, kind and orientation of a file that begins with JPEG's signature.
 * @throws Error that says what is wrong, without the file's name: no picture, one too large or of a kind that is not
 * decoded, or fewer bytes than a picture of that size can have
 */
export function readJpegHeader(bytes: Uint8Array, bound?: PictureBound): JpegHeader {
  let frame: Omit<JpegHeader, 'orientation'> | undefined;
  let orientation: Orientation | undefined;
  let scans = 0;
  for (const { marker, at } of markersOf(bytes)) {
    if (marker === SOS && ++scans > MAX_SCANS)
      throw new Error(`it has more than ${String(MAX_SCANS)} scans: export it again`);
    if (scans > 0) continue;
    if (marker === APP1) orientation ??= exifOrientation(bytes.subarray(at + 2, at + lengthAt(bytes, at)));
    if (marker >= SOF0 && marker <= SOF15 && marker !== DHT && marker !== DAC)
      frame ??= frameAt(bytes, at, marker, bound);
  }
  if (frame === undefined || scans === 0)
    throw new Error('it is cut short before its picture begins: fetch or export it again');
  return { ...frame, orientation: orientation ?? 1 };
}

/**
 * Markers up to the end of the image, those between scans too; what follows it is no part of it: phones append previews
 * and videos.
 */
function* markersOf(bytes: Uint8Array): Iterable<{ marker: number; at: number }> {
  let at = 2;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    while (at !== -1 && bytes[at] === 0xff) at++;
    const marker = bytes[at];
    if (at === -1 || marker === undefined || marker === EOI) return;
    at++;
    // A zero keeps an FF of compressed data from being a marker; the others stand without a segment.
    if (marker === 0 || marker === TEM || (marker >= RST0 && marker <= SOI)) continue;
    yield { marker, at };
    at += Math.max(2, lengthAt(bytes, at));
  }
}

/** Bytes of a segment with its length, which counts itself; big-endian. */
function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** The frame header: length, bits a sample, height, width, number of components. */
function frameAt(
  bytes: Uint8Array,
  at: number,
  marker: number,
  bound?: PictureBound,
): Omit<JpegHeader, 'orientation'> {
  if (marker > SOF2) throw new Error(`it is ${processName(marker)}, which few programs write: ${EXPORT}`);
  if (at + 8 > bytes.length) throw new Error('it is cut short: fetch or export it again');
  const [precision = 0, components = 0] = [bytes[at + 2], bytes[at + 7]];
  const [height, width] = [lengthAt(bytes, at + 3), lengthAt(bytes, at + 5)];
  if (precision !== 8)
    throw new Error(`it has ${String(precision)} bits a sample, 8 can be read: export it with 8 bits`);
  if (components !== 1 && components !== 3 && components !== 4)
    throw new Error(
      `it has ${String(components)} components, 1, 3 or 4 can be read: export it as grey or RGB`,
    );
  checkSize(width, height, bound);
  // A block of 8 × 8 pixels takes a bit at the least.
  if (8 * bytes.length < Math.ceil(width / 8) * Math.ceil(height / 8)) {
    throw new Error(
      `its ${count(bytes.length)} bytes cannot hold ${count(width)} × ${count(height)} pixels: fetch or export it again`,
    );
  }
  return { width, height, components };
}

function processName(marker: number): string {
  if (marker === 0xc8) return 'of a reserved kind';
  if (marker > 0xc8) return 'arithmetically coded';
  return marker === 0xc3 || marker === 0xc7 ? 'lossless' : 'hierarchical';
}
