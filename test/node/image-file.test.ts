import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../src/image/image.ts';
import { decodeImage, encodePng } from '../../src/node/image-file.ts';
import { chunk, END_CHUNK, headerChunk, PNG_SIGNATURE, pngOf } from '../support/png-bytes.ts';
import { pixelsOf, notesOf, small, lines, good, compressed, withData, damaged } from './png-files.ts';
import { full } from '../support/full.ts';

const image: fc.Arbitrary<Image> = fc
  .tuple(fc.constantFrom(1, 3), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain((extent) => {
    const length = extent[0] * extent[1] * extent[2];
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ extent, bytes }));
  });

describe('PNG there and back', () => {
  test('with each filter on its lines, and with the best of all', () => {
    fc.assert(
      fc.property(image, fc.integer({ min: -1, max: 4 }), (original, filter) => {
        expect(decodeImage(encodePng(original, filter), 'f.png')).toEqual(original);
      }),
      { numRuns: full ? 300 : 60 },
    );
  });

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
