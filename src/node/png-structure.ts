/**
 * Checks a PNG before it is decoded. pngjs 7 allocates whatever the header asks for, inflates interlaced
 * images without bound, and on current Node takes no notice when compressed data is cut short or fails its
 * checksum, but returns uninitialised memory as pixels. So the structure is walked and the data inflated
 * here first, within bounds; what passes is safe to hand over.
 */
import { inflateSync } from 'node:zlib';
import { count } from '../count.ts';
import { messageOf } from '../message-of.ts';
import { checkSize, type PictureBound } from './image-limits.ts';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
  readonly colourType: number;
  readonly bitDepth: number;
  readonly interlaced: boolean;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Deflate cannot shrink data further than this (zlib's technical notes). */
const MAX_COMPRESSION = 1032;

/** Samples per pixel and allowed bit depths, by colour type (PNG specification, table 12). */
const COLOUR_TYPES: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/** Where each of the seven passes of an interlaced image starts and how far apart its pixels are. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export function hasPngSignature(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/**
 * Checks header, chunks and compressed data of a file that begins with PNG's signature.
 * @returns the header and the bytes up to the end of the image (some programs append their own data)
 * @throws Error that says what is wrong, without the file's name. Chunk checksums are left to pngjs.
 */
export function checkPng(bytes: Uint8Array, bound?: PictureBound): { header: PngHeader; image: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const compressed: Uint8Array[] = [];
  let header: PngHeader | undefined;
  let offset = SIGNATURE.length;
  for (let type = ''; type !== 'IEND';) {
    if (offset + 12 > bytes.length) throw new Error('it is cut short: fetch or export it again');
    const length = view.getUint32(offset);
    const data = bytes.subarray(offset + 8, offset + 8 + length);
    type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    offset += 12 + length;
    if (offset > bytes.length) throw new Error('it is cut short: fetch or export it again');
    if ((type === 'IHDR') !== (header === undefined))
      throw new Error('it must have one header, at its start: export it again');
    header ??= parseHeader(data, bound);
    if (type === 'PLTE' && length > 3 * 256)
      throw new Error('its palette has more than 256 colours: export it again');
    if (type === 'IDAT') compressed.push(data);
  }
  if (header === undefined) throw new Error('it has no header');
  checkCompressedData(header, compressed);
  return { header, image: bytes.subarray(0, offset) };
}

function parseHeader(data: Uint8Array, bound?: PictureBound): PngHeader {
  if (data.length !== 13)
    throw new Error(`its header has ${String(data.length)} bytes, expected 13: export it again`);
  const view = new DataView(data.buffer, data.byteOffset);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [bitDepth = 0, colourType = 0, , , interlace = 0] = data.subarray(8);
  checkSize(width, height, bound);
  if (COLOUR_TYPES[colourType]?.depths.includes(bitDepth) !== true || interlace > 1) {
    throw new Error(
      `colour type ${String(colourType)}, bit depth ${String(bitDepth)}, interlace method ` +
        `${String(interlace)} is none of PNG's combinations: export it again`,
    );
  }
  return { width, height, colourType, bitDepth, interlaced: interlace === 1 };
}

/** The compressed data must inflate to exactly the bytes that the header asks for. */
function checkCompressedData(header: PngHeader, parts: readonly Uint8Array[]): void {
  const expected = scanlineBytes(header);
  const available = parts.reduce((sum, part) => sum + part.length, 0);
  if (available * MAX_COMPRESSION < expected) {
    throw new Error(
      `its ${count(available)} bytes of compressed data cannot hold ${count(header.width)} × ` +
        `${count(header.height)} pixels: fetch or export it again`,
    );
  }
  let inflated: Uint8Array;
  try {
    inflated = inflateSync(Buffer.concat(parts), { maxOutputLength: expected });
  } catch (error) {
    throw new Error(`its compressed data is damaged (${messageOf(error)}): fetch or export it again`, {
      cause: error,
    });
  }
  if (inflated.length !== expected) {
    throw new Error(
      `its data inflates to ${count(inflated.length)} bytes, expected ${count(expected)}: export it again`,
    );
  }
}

/** Bytes of all scan lines before compression: packed samples, and one byte a line for the filter. */
function scanlineBytes({ width, height, colourType, bitDepth, interlaced }: PngHeader): number {
  const bitsPerPixel = (COLOUR_TYPES[colourType]?.samples ?? 0) * bitDepth;
  const linesOf = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * bitsPerPixel) / 8));
  if (!interlaced) return linesOf(width, height);
  return ADAM7.reduce((sum, [x, y, stepX, stepY]) => {
    const columns = Math.max(0, Math.ceil((width - x) / stepX));
    const rows = Math.max(0, Math.ceil((height - y) / stepY));
    return sum + linesOf(columns, rows);
  }, 0);
}
