/** PNG files made byte by byte, so that tests can break each rule of the format on its own. */
import { deflateSync } from 'node:zlib';

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

export function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}

export interface PngFields {
  width: number;
  height: number;
  depth?: number;
  type?: number;
  interlace?: number;
}

export function headerChunk({ width, height, depth = 8, type = 0, interlace = 0 }: PngFields): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, interlace], 8);
  return chunk('IHDR', header);
}

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
export const END_CHUNK = chunk('IEND', new Uint8Array());

/** A PNG whose scan lines, each with its filter byte first, are given uncompressed. */
export function pngOf(header: PngFields, scanLines: number[], before: Buffer[] = []): Buffer {
  const data = chunk('IDAT', deflateSync(Uint8Array.from(scanLines)));
  return Buffer.concat([PNG_SIGNATURE, headerChunk(header), ...before, data, END_CHUNK]);
}
