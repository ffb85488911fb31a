/** Pictures that are refused, and ones that are damaged on purpose. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeImage, encodePng, ImageFileError } from '../../src/node/image-file.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import { chunk, END_CHUNK, headerChunk, PNG_SIGNATURE, pngOf } from '../support/png-bytes.ts';
import { full } from '../support/full.ts';
import { small, lines, good, compressed, withData, damaged } from './png-files.ts';

describe('refusing', () => {
  test.each([
    ['an empty file', new Uint8Array(), /^f\.png is neither a PNG nor a JPEG/],
    ['a text', Buffer.from('hello, world'), /^f\.png is neither a PNG nor a JPEG/],
    [
      'a JPEG that ends early',
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
      /^f\.png cannot be read as a JPEG: it is cut short before its picture begins/,
    ],
    ['a file cut short', good.subarray(0, -1), /^f\.png cannot be read as a PNG: it is cut short/],
    ['a wrong checksum', good.with(30, 1), /a checksum in it is wrong/],
    ['a wrong checksum at its end', damaged(good), /a checksum in it is wrong/],
    ['no pixels', pngOf({ width: 0, height: 1 }, [0]), /0 × 1 pixels, empty/],
    [
      'too wide an image',
      pngOf({ width: 16_385, height: 1 }, [0]),
      /16,385 × 1 pixels; at most 16,384 a side/,
    ],
    [
      'too many pixels',
      pngOf({ width: 10_001, height: 10_000 }, [0]),
      /10,001 × 10,000 pixels; .* 50,000,000 in all/,
    ],
    [
      'pixels that the data cannot hold',
      pngOf({ width: 7000, height: 7000 }, lines),
      /cannot hold 7,000 × 7,000/,
    ],
    ['an impossible depth', pngOf({ ...small, depth: 3 }, lines), /bit depth 3/],
    ['16 bits of palette', pngOf({ ...small, depth: 16, type: 3 }, lines), /colour type 3, bit depth 16/],
    ['a second header', pngOf(small, lines, [headerChunk({ width: 2 ** 31, height: 9 })]), /one header/],
    [
      'an unknown critical chunk',
      pngOf(small, lines, [chunk('ABCD', new Uint8Array())]),
      /it has a chunk ABCD, which few programs write/,
    ],
    ['no palette', pngOf({ ...small, type: 3 }, lines), /no palette/],
    [
      'half a colour',
      pngOf({ ...small, type: 3 }, lines, [chunk('PLTE', Uint8Array.of(1, 2))]),
      /palette is damaged/,
    ],
    [
      'too large a palette',
      pngOf({ ...small, type: 3 }, lines, [chunk('PLTE', new Uint8Array(771))]),
      /more than 256 colours/,
    ],
    ['compressed data cut short', withData(compressed.subarray(0, -6)), /compressed data is damaged/],
    [
      'a wrong checksum of the data',
      withData(compressed.with(-1, compressed.at(-1)! ^ 1)),
      /data is damaged/,
    ],
    [
      'too little data',
      withData(deflateSync(Uint8Array.of(0, 1, 2, 0, 3))),
      /inflates to 5 bytes, expected 6/,
    ],
    ['too much data', withData(deflateSync(new Uint8Array(1_000_000))), /data is damaged/],
    ['no data', Buffer.concat([PNG_SIGNATURE, headerChunk(small), END_CHUNK]), /0 bytes of compressed data/],
    ['an unknown filter', pngOf(small, [9, 1, 2, 9, 3, 4]), /a filter that PNG does not have/],
    [
      'an unknown filter beside a palette',
      pngOf({ ...small, type: 3 }, [9, 1, 2, 9, 3, 4], [chunk('PLTE', new Uint8Array(768))]),
      /a filter that PNG does not have/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeImage(bytes, 'f.png')).toThrow(ImageFileError);
    expect(() => decodeImage(bytes, 'f.png')).toThrow(message);
  });

  test('never in the words of pngjs', () => {
    const indexed = pngOf({ ...small, type: 3 }, lines, [chunk('PLTE', Uint8Array.of(1, 2, 3))]);
    fc.assert(
      fc.property(fc.oneof(mutationsOf(good), mutationsOf(indexed)), (bytes) => {
        try {
          decodeImage(bytes, 'f.png');
        } catch (error) {
          const { message } = error as Error;
          expect(message).toMatch(/(fetch or )?(export it again|scale it down|one of these formats)$/);
          expect(message).not.toMatch(
            /in palette|unrecogni[sz]ed|read requests|Crc|Unsupported|Expected|bad png|RangeError/,
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('an interlaced decompression bomb, before it goes off', () => {
    const bomb = Buffer.concat([
      PNG_SIGNATURE,
      headerChunk({ ...small, interlace: 1 }),
      chunk('IDAT', deflateSync(new Uint8Array(200_000_000), { level: 1 })),
      END_CHUNK,
    ]);
    const before = process.memoryUsage().rss;
    expect(() => decodeImage(bomb, 'f.png')).toThrow(ImageFileError);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });
});

describe('hostile bytes', () => {
  const check = (bytes: Uint8Array) => {
    const result = parsedOrRefused(() => decodeImage(bytes, 'f.png'), ImageFileError);
    if (result !== undefined) {
      expect(result.bytes.length).toBe(result.extent[0] * result.extent[1] * result.extent[2]);
    }
  };
  const ramp = Uint8Array.from({ length: 3 * 5 * 7 }, (_, index) => (index * 37) % 256);
  const valid = encodePng({ extent: [3, 5, 7], bytes: ramp });

  test('a damaged file is read or refused as an ImageFileError', () => {
    fc.assert(fc.property(mutationsOf(valid), check), { numRuns: full ? 1000 : 300 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), check));
  });

  test('so is one whose checksums are right, so that the damage goes deeper', () => {
    const size = fc.oneof(fc.nat(9), fc.constantFrom(16_384, 100_000, 2 ** 32 - 1));
    const header = fc.record({
      width: size,
      height: size,
      depth: fc.constantFrom(1, 2, 4, 8, 16, 3, 0),
      type: fc.nat(7),
      interlace: fc.nat(2),
    });
    const types = fc.constantFrom('PLTE', 'tRNS', 'gAMA', 'IDAT', 'tEXt', 'IHDR', 'IEND', 'ABCD');
    const extra = fc.record({ type: types, data: fc.uint8Array({ maxLength: 20 }) });
    fc.assert(
      fc.property(header, fc.array(extra, { maxLength: 3 }), fc.array(fc.nat(255)), (head, extras, lines) => {
        check(
          pngOf(
            head,
            lines,
            extras.map(({ type, data }) => chunk(type, data)),
          ),
        );
      }),
      { numRuns: full ? 2000 : 400 },
    );
  });

  test('so is a file of the right length whose extra chunks and scan lines are arbitrary', () => {
    const extra = fc.record({
      type: fc.constantFrom('PLTE', 'tRNS', 'gAMA'),
      data: fc.uint8Array({ maxLength: 20 }),
    });
    const kind = fc.constantFrom(
      [0, 3, 1],
      [2, 7, 1],
      [3, 3, 1],
      [4, 5, 1],
      [6, 9, 1],
      [0, 5, 2],
      [2, 13, 2],
    );
    fc.assert(
      fc.property(
        kind,
        fc.array(extra, { maxLength: 3 }),
        fc.infiniteStream(fc.nat(255)),
        (kind, extras, bytes) => {
          const [type = 0, lineBytes = 0, sampleBytes = 1] = kind;
          const lines = Array.from({ length: 2 * lineBytes }, (_, index) => {
            const byte = Number(bytes.next().value);
            return index % lineBytes === 0 ? byte % 6 : byte;
          });
          const header = { width: 2, height: 2, depth: 8 * sampleBytes, type };
          check(
            pngOf(
              header,
              lines,
              extras.map(({ type, data }) => chunk(type, data)),
            ),
          );
        },
      ),
      { numRuns: full ? 2000 : 400 },
    );
  });

  test('every truncation is refused', () => {
    for (const bytes of truncationsOf(valid)) {
      expect(() => decodeImage(bytes, 'f.png')).toThrow(ImageFileError);
    }
  });
});
