/** The chunks that a PNG consists of: length, type, content, checksum (PNG specification, section 5.3). */
import { crc32 } from '../storage/crc32.ts';

export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** Whether decoding may not do without it, as its type says. */
  readonly isCritical: boolean;
  /** Whether the checksum is right. */
  readonly isWhole: boolean;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function hasPngSignature(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/**
 * Chunks up to the end of the image; some programs append their own data behind it.
 * @throws Error when the file ends before
 */
export function* chunksOf(bytes: Uint8Array): Iterable<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = SIGNATURE.length;
  for (let type = ''; type !== 'IEND';) {
    const start = offset + 4;
    const end = offset + 12 > bytes.length ? Infinity : start + 4 + view.getUint32(offset);
    if (end + 4 > bytes.length) throw new Error('it is cut short: fetch or export it again');
    type = String.fromCharCode(...bytes.subarray(start, start + 4));
    yield {
      type,
      data: bytes.subarray(start + 4, end),
      isCritical: ((bytes[start] ?? 0) & 0x20) === 0,
      isWhole: crc32(bytes.subarray(start, end)) === view.getUint32(end),
    };
    offset = end + 4;
  }
}

/** A PNG of these chunks, whose checksums are left empty. */
export function fromChunks(chunks: readonly (readonly [type: string, data: Uint8Array])[]): Buffer {
  return Buffer.concat([
    Uint8Array.from(SIGNATURE),
    ...chunks.flatMap(([type, data]) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(data.length, 0);
      head.write(type, 4, 'latin1');
      return [head, data, Buffer.alloc(4)];
    }),
  ]);
}
