/**
 * Checks a JPEG before it is decoded (ITU-T T.81, annex B). jpeg-js 0.4.4 allocates what the header asks for,
 * reads on past segments and restart intervals that are cut short, and leaves gray what it never saw. So the
 * segments are walked here first, and only those that decoding needs are handed over, in a file made anew:
 * jpeg-js then finds each of them where this check did. JPEG has no checksums: a flipped bit that still
 * decodes shows as a stain in the picture and cannot be told from it.
 */
import { count } from '../count.ts';
import { exifOrientation, type Orientation } from './exif-orientation.ts';
import { checkSize, type PictureBound } from './image-limits.ts';
import { checkHuffmanTables, checkQuantizationTables, parseFrame, type JpegFrame } from './jpeg-segments.ts';
import { checkScan, scanDataEnd } from './jpeg-scan.ts';

export interface CheckedJpeg {
  readonly frame: JpegFrame;
  /** Whether the three components are luminance and two colour differences, else red, green and blue. */
  readonly isYCbCr: boolean;
  readonly orientation: Orientation;
  /** A JPEG with what decoding needs and nothing else. */
  readonly image: Uint8Array;
}

/** No encoder writes as many; each costs a pass over the picture, however few bytes it has. */
const MAX_SCANS = 100;

/** Offset of the colour transform in an Adobe segment: 0 for none (Adobe technical note 5116). */
const ADOBE_TRANSFORM = 11;

/** Markers, by the names of T.81, table B.1. SOF0 and SOF1 are sequential, SOF2 is progressive. */
const SOF0 = 0xc0;
const SOF2 = 0xc2;
const SOF15 = 0xcf;
const DHT = 0xc4;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP14 = 0xee;
const CUT_SHORT = 'it is cut short: fetch or export it again';
const EXPORT = 'export it as a baseline or progressive JPEG';

export function hasJpegSignature(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Checks header, segments and scans of a file that begins with JPEG's signature. What follows the end of the
 * image is ignored: phones append previews and videos.
 * @throws Error that says what is wrong, without the file's name
 */
export function checkJpeg(bytes: Uint8Array, bound?: PictureBound): CheckedJpeg {
  const findings: Findings = {
    scans: 0,
    seen: new Set(),
    restartInterval: 0,
    isJfif: false,
    ...(bound && { bound }),
  };
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  for (let offset = 2, marker = 0; marker !== EOI;) {
    const segment = segmentAt(bytes, offset);
    marker = segment.marker;
    offset = marker === SOS ? scanDataEnd(bytes, segment.end) : segment.end;
    const isNeeded = take(findings, segment, bytes.subarray(segment.end, offset));
    if (isNeeded) kept.push(bytes.subarray(segment.start, offset));
  }
  const { frame, seen, adobe, orientation = 1 } = findings;
  if (frame === undefined) throw new Error('it has no header: fetch or export it again');
  if (frame.components.some(({ id }) => !seen.has(id)))
    throw new Error('its picture is incomplete: fetch or export it again');
  if (frame.components.length === 4) {
    if (adobe === undefined) throw new Error('it has four colours and does not say which: convert it to RGB');
    kept.splice(1, 0, bytes.subarray(adobe.start, adobe.end)); // jpeg-js goes by it
  }
  return { frame, isYCbCr: isYCbCr(findings, frame), orientation, image: Buffer.concat(kept) };
}

/** What the segments before have said. */
interface Findings {
  readonly bound?: PictureBound;
  frame?: JpegFrame;
  scans: number;
  /** Components of which a scan has been seen. */
  readonly seen: Set<number>;
  /** Blocks or MCUs between restart markers, 0 for none. */
  restartInterval: number;
  isJfif: boolean;
  adobe?: Segment;
  orientation?: Orientation;
}

/**
 * Checks a segment and notes what it says.
 * @param scan the entropy-coded data that follows it
 * @returns whether decoding needs it
 */
function take(findings: Findings, segment: Segment, scan: Uint8Array): boolean {
  const { marker, data } = segment;
  if (marker === SOS) {
    if (findings.frame === undefined) throw new Error('its picture comes before its header: export it again');
    if (++findings.scans > MAX_SCANS)
      throw new Error(`it has more than ${String(MAX_SCANS)} scans: export it again`);
    for (const id of checkScan(findings.frame, data, scan, findings.restartInterval)) findings.seen.add(id);
  } else if (marker === DHT) {
    checkHuffmanTables(data);
  } else if (marker === DQT) {
    checkQuantizationTables(data);
  } else if (marker === DRI) {
    if (data.length !== 2) throw new Error('its restart interval is damaged: fetch or export it again');
    findings.restartInterval = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
  } else if (marker >= SOF0 && marker <= SOF15) {
    if (findings.frame !== undefined) throw new Error(`it holds more than one picture: ${EXPORT}`);
    if (marker > SOF2) throw new Error(`it is ${processName(marker)}, which few programs write: ${EXPORT}`);
    findings.frame = parseFrame(marker === SOF2, data);
    checkSize(findings.frame.width, findings.frame.height, findings.bound);
  } else if (marker !== EOI) {
    takeRemark(findings, segment);
    return false;
  }
  return true;
}

function takeRemark(findings: Findings, segment: Segment): void {
  const { marker, data } = segment;
  if (marker === APP0) findings.isJfif ||= startsWith(data, 'JFIF\0');
  const isAdobe = marker === APP14 && startsWith(data, 'Adobe') && data.length > ADOBE_TRANSFORM;
  if (isAdobe) findings.adobe = segment;
  const orientation = marker === APP1 ? exifOrientation(data) : undefined;
  if (orientation !== undefined) findings.orientation ??= orientation;
}

/** Three components are YCbCr unless Adobe's remark or their names say RGB, as libjpeg judges it. */
function isYCbCr({ isJfif, adobe }: Findings, { components }: JpegFrame): boolean {
  if (isJfif) return true;
  if (adobe !== undefined) return adobe.data[ADOBE_TRANSFORM] !== 0;
  return String.fromCharCode(...components.map(({ id }) => id)) !== 'RGB';
}

interface Segment {
  readonly start: number;
  readonly marker: number;
  /** Without marker and length. */
  readonly data: Uint8Array;
  readonly end: number;
}

/** Reads `FF marker`, perhaps with more FF before, then a big-endian length that counts itself. */
function segmentAt(bytes: Uint8Array, start: number): Segment {
  let offset = start;
  while (bytes[offset] === 0xff && bytes[offset + 1] === 0xff) offset++;
  const marker = bytes[offset + 1];
  if (marker === undefined) throw new Error(CUT_SHORT);
  if (bytes[offset] !== 0xff || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8)) {
    throw new Error(`it is damaged at byte ${count(offset)}: fetch or export it again`);
  }
  if (marker === EOI) return { start: offset, marker, data: bytes.subarray(0, 0), end: offset + 2 };
  const length = ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0);
  const end = offset + 2 + length;
  if (offset + 4 > bytes.length || end > bytes.length) throw new Error(CUT_SHORT);
  if (length < 2) throw new Error(`it is damaged at byte ${count(offset + 2)}: fetch or export it again`);
  return { start: offset, marker, data: bytes.subarray(offset + 4, end), end };
}

function processName(marker: number): string {
  if (marker === 0xc8) return 'of a reserved kind';
  if (marker > 0xc8) return 'arithmetically coded';
  return marker === 0xc3 || marker === 0xc7 ? 'lossless' : 'hierarchical';
}

function startsWith(data: Uint8Array, text: string): boolean {
  return [...text].every((character, index) => data[index] === character.charCodeAt(0));
}
