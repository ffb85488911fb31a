/**
 * The directory of a zip archive. It lies at the end of the file, and its every entry points to a local
 * header with the data after it: two places that say what a file is, and pointers that could lead
 * anywhere. Here both must agree, and no two files may share a byte.
 */
import { viewOf } from './view-of.ts';
import { WeightFileError } from './weight-file-error.ts';
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const FLAGS_ENCRYPTED = 0x2041; // encrypted, strongly encrypted, masked headers
const ZIP64_EXTRA = 1;

interface Directory {
  readonly begin: number;
  readonly end: number;
  readonly entries: number;
}

interface Placed extends ZipEntry {
  /** Its bytes in the archive, local header included. */
  readonly begin: number;
  readonly end: number;
}

/**
 * All entries, in the order of the directory.
 * @throws WeightFileError
 */
export function readZipEntries(bytes: Uint8Array): ZipEntry[] {
  const view = viewOf(bytes);
  const directory = findDirectory(view);
  const entries: Placed[] = [];
  let at = directory.begin;
  for (let index = 0; index < directory.entries; index++) {
    if (at + ENTRY_BYTES > directory.end || view.getUint32(at, true) !== 0x02014b50) throw damaged();
    const length =
      ENTRY_BYTES +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
    if (at + length > directory.end) throw damaged();
    entries.push(readEntry(bytes, view, at, directory));
    at += length;
  }
  if (at !== directory.end) throw damaged();
  checkOverlaps(entries);
  return entries;
}

/** The end record must be the last thing in the file: PyTorch writes no comment after it. */
function findDirectory(view: DataView): Directory {
  const end = view.byteLength - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50 || view.getUint16(end + 20, true) !== 0) {
    throw new WeightFileError(
      'is a zip archive that does not end with its directory; it was cut short or something was appended to ' +
        'it: fetch it again',
    );
  }
  const small = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  const large = readZip64End(view, end - LOCATOR_BYTES);
  // Where both ends give a number they must agree, lest another program see another archive.
  const [entries = 0, size = 0, begin = 0] = (large?.numbers ?? small).map((number, index) => {
    const limit = index === 0 ? 0xffff : 0xffffffff;
    const known = small[index] ?? 0;
    if (known !== number && known !== limit) throw damaged();
    return number;
  });
  const directoryEnd = large?.position ?? end;
  const isWhole = view.getUint32(end + 4, true) === 0 && view.getUint16(end + 8, true) === small[0];
  if (!isWhole || begin + size !== directoryEnd || entries * ENTRY_BYTES > size) throw damaged();
  return { begin, end: directoryEnd, entries };
}

/** Archives of over 4 GB, and all of PyTorch's, have a second end record with 64-bit numbers. */
function readZip64End(view: DataView, locator: number): { position: number; numbers: number[] } | undefined {
  if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) return undefined;
  const position = locator - END_64_BYTES;
  const isThere =
    position >= 0 && uint64(view, locator + 8) === position && view.getUint32(position, true) === 0x06064b50;
  if (!isThere || uint64(view, position + 24) !== uint64(view, position + 32)) throw damaged();
  return { position, numbers: [32, 40, 48].map((offset) => uint64(view, position + offset)) };
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, directory: Directory): Placed {
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
  const nameBytes = bytes.subarray(at + ENTRY_BYTES, nameEnd);
  const name = new TextDecoder().decode(nameBytes);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if ((flags & FLAGS_ENCRYPTED) !== 0) {
    throw new WeightFileError(`${name} in it is encrypted; unpack it and zip it again without a password`);
  }
  if (method !== 0 && method !== 8) {
    throw new WeightFileError(
      `${name} in it is compressed by method ${String(method)}; unpack it and zip it again without compression`,
    );
  }
  const [size, packedSize, begin] = readSizes(view, at, nameEnd);
  const isLocal = begin + LOCAL_BYTES <= directory.begin && view.getUint32(begin, true) === 0x04034b50;
  if (!isLocal || view.getUint16(begin + 8, true) !== method) throw damaged();
  const nameBegin = begin + LOCAL_BYTES;
  const localNameEnd = nameBegin + view.getUint16(begin + 26, true);
  const dataBegin = localNameEnd + view.getUint16(begin + 28, true);
  const end = dataBegin + packedSize;
  const hasName =
    localNameEnd - nameBegin === nameBytes.length &&
    nameBytes.every((byte, index) => bytes[nameBegin + index] === byte);
  if (end > directory.begin || !hasName || (method === 0 && size !== packedSize)) throw damaged();
  const crc = view.getUint32(at + 16, true);
  return { name, size, deflated: method === 8, crc, packed: bytes.subarray(dataBegin, end), begin, end };
}

/** Unpacked size, packed size, offset of the local header: those that do not fit lie in an extra field. */
function readSizes(view: DataView, at: number, nameEnd: number): [number, number, number] {
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  let large = extraEnd;
  let largeEnd = extraEnd;
  for (let extra = nameEnd; extra + 4 <= extraEnd; extra += 4 + view.getUint16(extra + 2, true)) {
    if (view.getUint16(extra, true) !== ZIP64_EXTRA) continue;
    large = extra + 4;
    largeEnd = large + view.getUint16(extra + 2, true);
    break;
  }
  if (largeEnd > extraEnd) throw damaged();
  const sizeAt = (offset: number): number => {
    const small = view.getUint32(at + offset, true);
    if (small !== 0xffffffff) return small;
    if (large + 8 > largeEnd) throw damaged();
    large += 8;
    return uint64(view, large - 8);
  };
  // In the order of the extra field.
  return [sizeAt(24), sizeAt(20), sizeAt(42)];
}

function checkOverlaps(entries: readonly Placed[]): void {
  const sorted = [...entries].sort((a, b) => a.begin - b.begin);
  for (const [index, { name, begin }] of sorted.entries()) {
    const previous = sorted[index - 1];
    if (previous !== undefined && begin < previous.end) {
      throw new WeightFileError(
        `${previous.name} and ${name} in it overlap; no honest program packs like that`,
      );
    }
  }
}

/** Beyond 2^53 rounded, and far beyond every file. */
function uint64(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function damaged(): WeightFileError {
  return new WeightFileError('is a zip archive with a damaged directory; fetch it again');
}

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** What it unpacks to, in bytes. */
  readonly size: number;
  readonly deflated: boolean;
  readonly crc: number;
  /** As it lies in the archive. */
  readonly packed: Uint8Array;
}
