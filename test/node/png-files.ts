/** PNG files put together by hand, and what is read of them. */
import { deflateSync } from 'node:zlib';
import { decodeImage } from '../../src/node/image-file.ts';
import { chunk, END_CHUNK, headerChunk, PNG_SIGNATURE, pngOf } from '../support/png-bytes.ts';

export const pixelsOf = (bytes: Uint8Array) => {
  const { extent, bytes: pixels } = decodeImage(bytes, 'f.png');
  return { shape: extent, pixels: [...pixels] };
};

/** What is said of a picture that is read all the same. */
export const notesOf = (bytes: Uint8Array) => {
  const notes: string[] = [];
  decodeImage(bytes, 'f.png', undefined, (text) => notes.push(text));
  return notes;
};

export const small = { width: 2, height: 2 };
export const lines = [0, 1, 2, 0, 3, 4];
export const good = pngOf(small, lines);
export const compressed = deflateSync(Uint8Array.from(lines));
export const withData = (data: Uint8Array, ...before: Buffer[]) =>
  Buffer.concat([PNG_SIGNATURE, headerChunk(small), ...before, chunk('IDAT', data), END_CHUNK]);
export const damaged = (chunkBytes: Buffer) => Buffer.from(chunkBytes.with(-1, chunkBytes.at(-1)! ^ 1));
