/**
 * Checks a PNG before it is decoded. pngjs 7 allocates all that the header asks for, inflates interlaced
 * images without bound, stumbles over data that libpng passes over, and on current Node takes no notice when compressed
 * data is cut short or fails its checksum, but returns uninitialised memory as pixels. So the chunks are walked and the
 * data inflated here first, within bounds.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { count } from '../util/count.ts';
import { messageOf } from '../util/message-of.ts';
import { checkSize, type PictureBound } from './image-limits.ts';
import { chunksOf } from './png-chunks.ts';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
  readonly colourType: number;
  readonly bitDepth: number;
  readonly interlaced: boolean;
}

/** What decoding needs of a PNG, safe to hand over. */
export interface CheckedPng {
  readonly header: PngHeader;
  /** The header as it is stored. */
  readonly headerData: Uint8Array;
  /** RGB of each colour, of colour type 3. */
  readonly palette?: Uint8Array;
  /** Alpha of each colour of the palette, or the one transparent colour. */
  readonly transparency?: Uint8Array;
  /** Inflates to exactly the scan lines that the header asks for. */
  readonly compressed: Uint8Array;
  /** Those scan lines. */
  readonly inflated: Uint8Array;
}

/** Deflate cannot shrink data further than this (zlib's technical notes). */
const MAX_COMPRESSION = 1032;
/** Bytes inflated beyond the picture that are passed over; more are no slip of an encoder. */
const MAX_SURPLUS = 2 ** 16;
/** Bytes that are inflated without a look at whether there are more. */
const mostAtOnce = 2 ** 18;
const PALETTE = 3;

/** Samples per pixel and allowed bit depths, by colour type (PNG specification, table 12). */
const COLOUR_TYPES: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  [PALETTE]: { samples: 1, depths: [1, 2, 4, 8] },
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

/**
 * Checks header, chunks and compressed data of a file that begins with PNG's signature, as strictly as libpng.
 * @param onNote told what is wrong with a picture that is read all the same
 * @throws Error that says what is wrong, without the file's name
 */
export function checkPng(
  bytes: Uint8Array,
  bound: PictureBound | undefined,
  onNote: (what: string) => void,
): CheckedPng {
  const parts: Uint8Array[] = [];
  let found: { readonly header: PngHeader; readonly headerData: Uint8Array } | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  for (const { type, data, isCritical, isWhole } of chunksOf(bytes)) {
    if (!isWhole && isCritical) throw new Error('a checksum in it is wrong: fetch or export it again');
    if ((type === 'IHDR') !== (found === undefined))
      throw new Error('it must have one header, at its start: export it again');
    found ??= { header: parseHeader(data, bound), headerData: data };
    if (!isWhole) onNote(`the checksum of its ${nameOf(type)} is wrong: that part is passed over`);
    else if (type === 'IDAT') parts.push(data);
    // In the other colour types it is a suggestion for screens of few colours.
    else if (type === 'PLTE' && found.header.colourType === PALETTE) palette ??= checkedPalette(data);
    else if (type === 'tRNS') transparency ??= data;
    else if (isCritical && !['IHDR', 'PLTE', 'IEND'].includes(type))
      throw new Error(`it has a ${nameOf(type)}, which few programs write: export it again`);
  }
  if (found === undefined) throw new Error('it has no header');
  if (found.header.colourType === PALETTE && palette === undefined)
    throw new Error('it has no palette before its end: fetch or export it again');
  if (transparency && !fits(transparency, found.header, palette)) {
    onNote('its transparent colours do not fit: they are passed over');
    transparency = undefined;
  }
  return {
    ...found,
    ...(palette && { palette }),
    ...(transparency && { transparency }),
    ...checkCompressedData(found.header, parts, onNote),
  };
}

const nameOf = (type: string): string =>
  /^[a-z]{4}$/i.test(type) ? `chunk ${type}` : 'chunk without a name';

function parseHeader(data: Uint8Array, bound?: PictureBound): PngHeader {
  if (data.length !== 13)
    throw new Error(`its header has ${String(data.length)} bytes, expected 13: export it again`);
  const view = new DataView(data.buffer, data.byteOffset);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [bitDepth = 0, colourType = 0, compression = 0, filter = 0, interlace = 0] = data.subarray(8);
  checkSize(width, height, bound);
  if (
    COLOUR_TYPES[colourType]?.depths.includes(bitDepth) !== true ||
    compression !== 0 ||
    filter !== 0 ||
    interlace > 1
  ) {
    throw new Error(
      `colour type ${String(colourType)}, bit depth ${String(bitDepth)}, compression ${String(compression)}, ` +
        `filter ${String(filter)}, interlace method ${String(interlace)} is none of PNG's combinations: export it again`,
    );
  }
  return { width, height, colourType, bitDepth, interlaced: interlace === 1 };
}

function checkedPalette(data: Uint8Array): Uint8Array {
  if (data.length > 3 * 256) throw new Error('its palette has more than 256 colours: export it again');
  if (data.length === 0 || data.length % 3 !== 0)
    throw new Error('its palette is damaged: fetch or export it again');
  return data;
}

/** Whether there is one sample (of 16 bits) for each channel, or no more values than colours. */
function fits(transparency: Uint8Array, { colourType }: PngHeader, palette?: Uint8Array): boolean {
  const { length } = transparency;
  if (palette) return length <= palette.length / 3;
  return (colourType === 0 && length === 2) || (colourType === 2 && length === 6);
}

/** The compressed data must inflate to the bytes that the header asks for, or to few more. */
function checkCompressedData(
  header: PngHeader,
  parts: readonly Uint8Array[],
  onNote: (what: string) => void,
): Pick<CheckedPng, 'compressed' | 'inflated'> {
  const compressed = Buffer.concat(parts);
  const expected = scanlineBytes(header);
  if (compressed.length * MAX_COMPRESSION < expected) {
    throw new Error(
      `its ${count(compressed.length)} bytes of compressed data cannot hold ${count(header.width)} × ` +
        `${count(header.height)} pixels: fetch or export it again`,
    );
  }
  const { inflated, consumed } = inflate(compressed, expected + MAX_SURPLUS);
  if (inflated.length < expected) {
    throw new Error(
      `its data inflates to ${count(inflated.length)} bytes, expected ${count(expected)}: export it again`,
    );
  }
  if (inflated.length > expected) {
    onNote(`it has more data (${count(inflated.length - expected)} bytes) than pixels`);
    const wanted = inflated.subarray(0, expected);
    return { compressed: deflateSync(wanted, { level: 0 }), inflated: wanted };
  }
  if (consumed < compressed.length)
    onNote(`other data follows its compressed data (${count(compressed.length - consumed)} bytes)`);
  return { compressed: compressed.subarray(0, consumed), inflated };
}

function inflate(compressed: Buffer, maxOutputLength: number): { inflated: Buffer; consumed: number } {
  try {
    // In one piece, mostly, where that is not large.
    const chunkSize = Math.min(maxOutputLength, mostAtOnce);
    // With `info` both come back, which the types do not know.
    const { buffer, engine } = inflateSync(compressed, {
      maxOutputLength,
      chunkSize,
      info: true,
    }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { inflated: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    const isTooMuch = error instanceof RangeError;
    throw new Error(
      `its compressed data is damaged (${isTooMuch ? 'it inflates to far more than its pixels' : messageOf(error)}): fetch or export it again`,
      { cause: error },
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
