/**
 * Untrusted zip archives. fflate's `unzipSync` copies what is stored, allocates the size that an entry claims before it
 * looks, and accepts entries that overlap, differ from the directory or fail their
 * checksum; so only its inflating is used here. The directory at the end of the file is checked as a
 * whole before anything is unpacked, and stored entries (all that PyTorch writes) are views of the file.
 * The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { Inflate } from 'fflate';
import { count } from '../util/count.ts';
import { messageOf } from '../util/message-of.ts';
import { crc32 } from '../storage/crc32.ts';
import { WeightFileError } from './weight-file-error.ts';
import { readZipEntries, type ZipEntry } from './zip-directory.ts';
/** What an archive may unpack to, as a multiple of its own size; weights hardly compress. */
const MAX_EXPANSION = 2;
/** Deflate makes at most 1,032 bytes of one: what is inflated beyond an entry's claim stays under 17 MB. */
const INFLATE_PIECE_BYTES = 16384;

/**
 * The files of an archive by name, none of them unpacked yet.
 * @throws WeightFileError when the archive is damaged, encrypted, has two files of one name or in one
 *   place, or claims to unpack to more than twice its size
 */
export function readZip(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let unpacked = 0;
  for (const entry of readZipEntries(bytes)) {
    if (entries.has(entry.name))
      throw new WeightFileError(`holds two files named ${entry.name}; export it again`);
    entries.set(entry.name, entry);
    unpacked += entry.size;
  }
  if (unpacked > MAX_EXPANSION * bytes.length) {
    throw new WeightFileError(
      `claims to unpack to ${count(unpacked)} bytes, over ${String(MAX_EXPANSION)} times its ` +
        'size; if it can be trusted, unpack it and zip it again without compression',
    );
  }
  return entries;
}

/**
 * The contents of a file; a view of the archive if it was stored.
 * @throws WeightFileError when they are not what the directory says
 */
export function unzip(entry: ZipEntry): Uint8Array {
  const bytes = entry.deflated ? inflate(entry) : entry.packed;
  if (crc32(bytes) !== entry.crc) {
    throw new WeightFileError(
      `${entry.name} in it does not match its checksum; it is damaged: fetch it again`,
    );
  }
  return bytes;
}

function inflate({ name, size, packed }: ZipEntry): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  const stream = new Inflate((piece) => {
    if (filled + piece.length > size) throw new RangeError('it is longer than it claims');
    bytes.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (let at = 0; at < Math.max(1, packed.length); at += INFLATE_PIECE_BYTES) {
      const end = at + INFLATE_PIECE_BYTES;
      stream.push(packed.subarray(at, end), end >= packed.length);
    }
    if (filled < size) throw new RangeError('it is shorter than it claims');
  } catch (error) {
    throw new WeightFileError(`${name} in it cannot be unpacked (${messageOf(error)}); fetch the file again`);
  }
  return bytes;
}

/** Whether a file begins as zip archives do. */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;
