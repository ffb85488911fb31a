import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../src/image/image.ts';
import { decodeImage, encodePng, ImageFileError } from '../../src/node/image-file.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import { chunk, END_CHUNK, headerChunk, PNG_SIGNATURE, pngOf } from '../support/png-bytes.ts';
import { full } from '../support/full.ts';

const pixelsOf = (bytes: Uint8Array) => {
  const { extent, bytes: pixels } = decodeImage(bytes, 'f.png');
  return { shape: extent, pixels: [...pixels] };
};

/** What is said of a picture that is read all the same. */
const notesOf = (bytes: Uint8Array) => {
  const notes: string[] = [];
  decodeImage(bytes, 'f.png', undefined, (text) => notes.push(text));
  return notes;
};

const image: fc.Arbitrary<Image> = fc
  .tuple(fc.constantFrom(1, 3), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain((extent) => {
    const length = extent[0] * extent[1] * extent[2];
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ extent, bytes }));
  });

describe('PNG there and back', () => {
  test('keeps every byte', () => {
    fc.assert(
      fc.property(image, (original) => {
        expect(decodeImage(encodePng(original), 'f.png')).toEqual(original);
      }),
      { numRuns: 300 },
    );
  });

  test('writes true greyscale for one channel and RGB for three, with planes in that order', () => {
    const grey = encodePng({ extent: [1, 1, 2], bytes: Uint8Array.of(1, 2) });
    expect([...grey.subarray(24, 26)]).toEqual([8, 0]);
    const colour = encodePng({ extent: [3, 1, 2], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    expect([...colour.subarray(24, 26)]).toEqual([8, 2]);
    // Read back without this module.
    expect([...PNG.sync.read(Buffer.from(colour)).data]).toEqual([1, 3, 5, 255, 2, 4, 6, 255]);
  });

  test('refuses to write an image whose bytes do not match its shape', () => {
    const wrong = { extent: [1, 2, 2], bytes: new Uint8Array(5) } as const;
    expect(() => encodePng(wrong)).toThrow(/image of \[1, 2, 2\] has 5 bytes/);
    expect(() => encodePng({ extent: [1, 0, 2], bytes: new Uint8Array() })).toThrow(RangeError);
  });
});

describe('reading every kind of PNG', () => {
  test('1, 2, 4 and 16 bits of grey are scaled to 8', () => {
    expect(pixelsOf(pngOf({ width: 3, height: 1, depth: 1 }, [0, 0b10100000])).pixels).toEqual([255, 0, 255]);
    expect(pixelsOf(pngOf({ width: 4, height: 1, depth: 2 }, [0, 0b00011011])).pixels).toEqual([
      0, 85, 170, 255,
    ]);
    expect(pixelsOf(pngOf({ width: 2, height: 1, depth: 4 }, [0, 0x1f])).pixels).toEqual([17, 255]);
    expect(pixelsOf(pngOf({ width: 3, height: 1, depth: 16 }, [0, 0xff, 0xff, 0x80, 0x80, 0, 0x81]))).toEqual(
      {
        shape: [1, 1, 3],
        pixels: [255, 128, 1], // 0x0081 is 0.502 of a step
      },
    );
  });

  test('RGB of 16 bits', () => {
    const bytes = pngOf({ width: 1, height: 1, depth: 16, type: 2 }, [0, 0, 0, 0x7f, 0x7f, 0xff, 0xff]);
    expect(pixelsOf(bytes)).toEqual({ shape: [3, 1, 1], pixels: [0, 127, 255] });
  });

  test('a palette, with transparency over white', () => {
    const palette = [
      chunk('PLTE', Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90)),
      chunk('tRNS', Uint8Array.of(255, 0)),
    ];
    expect(pixelsOf(pngOf({ width: 3, height: 1, depth: 2, type: 3 }, [0, 0b00011000], palette))).toEqual({
      shape: [3, 1, 3],
      pixels: [10, 255, 70, 20, 255, 80, 30, 255, 90],
    });
  });

  test('alpha is laid over white', () => {
    expect(pixelsOf(pngOf({ width: 3, height: 1, type: 4 }, [0, 100, 255, 100, 0, 100, 51]))).toEqual({
      shape: [1, 1, 3],
      pixels: [100, 255, 224],
    });
    expect(pixelsOf(pngOf({ width: 1, height: 1, type: 6 }, [0, 0, 100, 200, 128]))).toEqual({
      shape: [3, 1, 1],
      pixels: [127, 177, 227],
    });
  });

  test('one grey level marked transparent becomes white', () => {
    const transparent = [chunk('tRNS', Uint8Array.of(0, 7))];
    expect(pixelsOf(pngOf({ width: 2, height: 1 }, [0, 7, 8], transparent)).pixels).toEqual([255, 8]);
  });

  test('interlaced, at every size up to 10 × 10', () => {
    const passes = [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ] as const;
    for (let height = 1; height <= 10; height++) {
      for (let width = 1; width <= 10; width++) {
        const lines: number[] = [];
        for (const [startX, startY, stepX, stepY] of passes) {
          for (let y = startY; y < height; y += stepY) {
            if (startX < width) lines.push(0);
            for (let x = startX; x < width; x += stepX) lines.push(y * width + x);
          }
        }
        const expected = Array.from({ length: width * height }, (_, index) => index);
        expect(pixelsOf(pngOf({ width, height, interlace: 1 }, lines)).pixels).toEqual(expected);
      }
    }
  });

  test('data in many pieces, unknown extra chunks, and bytes after the end', () => {
    const compressed = deflateSync(Uint8Array.of(0, 1, 2, 0, 3, 4));
    const pieces = [...compressed].map((byte) => chunk('IDAT', Uint8Array.of(byte)));
    const bytes = Buffer.concat([
      PNG_SIGNATURE,
      headerChunk({ width: 2, height: 2 }),
      chunk('teXt', Uint8Array.of(1, 2, 3)),
      ...pieces,
      END_CHUNK,
      Buffer.from('appended'),
    ]);
    expect(pixelsOf(bytes).pixels).toEqual([1, 2, 3, 4]);
  });
});

const small = { width: 2, height: 2 };
const lines = [0, 1, 2, 0, 3, 4];
const good = pngOf(small, lines);
const compressed = deflateSync(Uint8Array.from(lines));
const withData = (data: Uint8Array, ...before: Buffer[]) =>
  Buffer.concat([PNG_SIGNATURE, headerChunk(small), ...before, chunk('IDAT', data), END_CHUNK]);
const damaged = (chunkBytes: Buffer) => Buffer.from(chunkBytes.with(-1, chunkBytes.at(-1)! ^ 1));

describe('a file that libpng reads with a warning is read with a note', () => {
  const zeros = new Uint8Array(8);
  const palette = chunk('PLTE', Uint8Array.of(10, 20, 30, 40, 50, 60));
  test.each<[string, Buffer, number[], RegExp | undefined]>([
    ['nothing wrong', good, [1, 2, 3, 4], undefined],
    ['data after the end of the image', Buffer.concat([good, zeros]), [1, 2, 3, 4], undefined],
    [
      'data after the compressed data',
      withData(Buffer.concat([compressed, zeros])),
      [1, 2, 3, 4],
      /data \(8 bytes\)/,
    ],
    [
      'the same where the image is interlaced',
      Buffer.concat([
        PNG_SIGNATURE,
        headerChunk({ width: 1, height: 2, interlace: 1 }),
        chunk('IDAT', Buffer.concat([deflateSync(Uint8Array.of(0, 7, 0, 8)), zeros])),
        END_CHUNK,
      ]),
      [7, 8],
      /data \(8 bytes\)/,
    ],
    [
      'in a chunk of its own',
      Buffer.concat([
        PNG_SIGNATURE,
        headerChunk(small),
        chunk('IDAT', compressed),
        chunk('IDAT', zeros),
        END_CHUNK,
      ]),
      [1, 2, 3, 4],
      /data \(8 bytes\)/,
    ],
    [
      'more lines than the image has',
      withData(deflateSync(Uint8Array.of(...lines, 0, 5, 6))),
      [1, 2, 3, 4],
      /more data \(3 bytes\)/,
    ],
    [
      'the same where the image is interlaced',
      pngOf({ width: 1, height: 2, interlace: 1 }, [0, 7, 0, 8, 0, 9]),
      [7, 8],
      /more data \(2 bytes\)/,
    ],
    [
      'a wrong checksum of a remark',
      withData(compressed, damaged(chunk('tEXt', Uint8Array.of(97, 0, 98)))),
      [1, 2, 3, 4],
      /checksum of its chunk tEXt is wrong: that part is passed over/,
    ],
    [
      'a wrong checksum of transparency',
      withData(compressed, damaged(chunk('tRNS', Uint8Array.of(0, 3)))),
      [1, 2, 3, 4],
      /checksum of its chunk tRNS/,
    ],
    [
      'transparency of the wrong length',
      withData(compressed, chunk('tRNS', Uint8Array.of(3))),
      [1, 2, 3, 4],
      /transparent colours/,
    ],
    [
      'a palette that is not needed',
      withData(compressed, chunk('PLTE', new Uint8Array(771))),
      [1, 2, 3, 4],
      undefined,
    ],
    [
      'a colour beyond the palette, black',
      pngOf({ ...small, type: 3 }, [0, 0, 1, 0, 2, 0], [palette]),
      [10, 40, 0, 10, 20, 50, 0, 20, 30, 60, 0, 30],
      /colour beyond its palette/,
    ],
  ])('%s', (_, bytes, pixels, note) => {
    expect(pixelsOf(bytes).pixels).toEqual(pixels);
    const notes = notesOf(bytes);
    expect(notes).toHaveLength(note ? 1 : 0);
    if (note) expect(notes[0]).toMatch(note);
    if (note) expect(notes[0]).toMatch(/^f\.png is read although /);
  });
});

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
