/** JPEG files that are not as they should be: read with a note, refused with a reason, or damaged at random. */
import fc from 'fast-check';
import jpeg from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { decodeImage, ImageFileError } from '../../src/node/image-file.ts';
import { full } from '../support/full.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import {
  ADOBE,
  END,
  exif,
  frameHeader,
  HUFFMAN,
  jpegOf,
  QUANTIZATION,
  scanData,
  scanHeader,
  segment,
  START,
  type JpegPlan,
} from '../support/jpeg-bytes.ts';
import { halfColour, photograph, progressive, quarterColour } from '../support/jpeg-files.ts';

const decode = (bytes: Uint8Array) => decodeImage(bytes, 'f.jpg');
/** What is said of a picture that is read all the same. */
const notesOf = (bytes: Uint8Array) => {
  const notes: string[] = [];
  decodeImage(bytes, 'f.jpg', undefined, (text) => notes.push(text));
  return notes;
};
const flat = (...samples: number[]) => samples.map((value) => ({ sample: () => value }));
const pixel = (...samples: number[]): JpegPlan => ({ width: 1, height: 1, components: flat(...samples) });

const one = pixel(77);
const made = (...parts: Buffer[]) => Buffer.concat([START, QUANTIZATION, HUFFMAN, ...parts]);
const body = (plan: JpegPlan) => [scanHeader(plan), scanData(plan), END];

describe('a file that libjpeg reads with a warning is read with a note', () => {
  // A row of five blocks, with a restart after each.
  const row: JpegPlan = {
    width: 40,
    height: 8,
    components: [{ sample: (_, column) => 40 * (column + 1) }],
    restartInterval: 1,
  };
  const good = jpegOf(row);
  const seen = (bytes: Uint8Array) => {
    const {
      extent: [channels, height, width],
      bytes: pixels,
    } = decode(bytes);
    expect([channels, height, width]).toEqual([1, 8, 40]);
    return [0, 1, 2, 3, 4].map((block) => pixels[8 * block + 4]);
  };
  const at = (marker: number) => good.indexOf(Buffer.of(0xff, marker));
  const inserted = (offset: number, ...bytes: number[]) =>
    Buffer.concat([good.subarray(0, offset), Buffer.from(bytes), good.subarray(offset)]);
  const without = (offset: number, length: number) =>
    Buffer.concat([good.subarray(0, offset), good.subarray(offset + length)]);
  const all = [40, 80, 120, 160, 200];

  test.each<[string, Buffer, RegExp | undefined]>([
    ['nothing wrong', good, undefined],
    ['stray bytes at the start', inserted(2, 0, 0), /stray bytes \(2\) before a marker/],
    ['fill bytes before a segment', inserted(at(0xc0), 0xff, 0xff, 0xff), undefined],
    ['fill bytes before a restart marker', inserted(at(0xd1), 0xff, 0xff), undefined],
    ['fill bytes before the end marker', inserted(at(0xd9), 0xff), undefined],
    ['bytes after the end', Buffer.concat([good, Buffer.from('a preview')]), undefined],
    ['stray bytes before a segment', inserted(at(0xc4), 0, 0, 0), /stray bytes \(3\) before a marker/],
    ['stray bytes before the header', inserted(at(0xc0), 7), /stray bytes \(1\) before a marker/],
    ['stray bytes before a restart marker', inserted(at(0xd2), 1, 2), /stray bytes \(2\) before a marker/],
    ['stray bytes before the end', inserted(at(0xd9), 1, 2, 3, 4, 5), /stray bytes \(\d\) before a marker/],
    ['no end marker', good.subarray(0, -2), /without its end marker: what is missing is grey/],
    [
      'a restart marker of another number',
      Buffer.from(good.with(at(0xd1) + 1, 0xd6)),
      /restart markers has the wrong number/,
    ],
  ])('%s', (_, bytes, note) => {
    expect(seen(bytes)).toEqual(all);
    const notes = notesOf(bytes);
    expect(notes).toHaveLength(note ? 1 : 0);
    if (note) expect(notes[0]).toMatch(note);
    if (note) expect(notes[0]).toMatch(/^f\.jpg is read although (it|one of its) /);
  });

  test.each([
    ['progressive', progressive],
    ['of coarser colour', halfColour],
    ['a photograph', photograph('locomotion-house-cat')],
  ])('nothing is said of one that is %s', (_, bytes) => {
    expect(notesOf(bytes)).toEqual([]);
  });

  test('a restart marker too many, or one that is missing', () => {
    const [more, fewer] = [inserted(at(0xd1), 0xff, 0xd1), without(at(0xd1), 2)];
    for (const bytes of [more, fewer]) {
      expect(seen(bytes).slice(0, 2)).toEqual(all.slice(0, 2));
      expect(notesOf(bytes)).toHaveLength(1);
    }
  });

  test('what a file that is cut short does not give is grey', () => {
    const cut = good.subarray(0, at(0xd2));
    expect(seen(cut)).toEqual([40, 80, 120, 128, 128]);
    expect(notesOf(cut)).toEqual([
      'f.jpg is read although it ends without its end marker: what is missing is grey',
    ]);
  });

  test('a restart marker that is missing in every place', () => {
    const plain = { ...row, restartInterval: 0 };
    const bytes = made(
      segment(0xdd, [0, 1]),
      frameHeader(plain),
      scanHeader(plain),
      Buffer.alloc(20, 0x55),
      END,
    );
    expect(decode(bytes).extent[2]).toBe(40);
    expect(notesOf(bytes)).toHaveLength(1);
  });

  test('after each other, each by itself', () => {
    for (let times = 0; times < 3; times++) {
      expect(notesOf(good.subarray(0, -2))).toHaveLength(1);
      expect(notesOf(good)).toEqual([]);
      expect(() => decode(Buffer.concat([START, HUFFMAN, frameHeader(one), ...body(one)]))).toThrow();
      expect(seen(good)).toEqual(all);
    }
  });
});

describe('a file that is refused with a reason', () => {
  const frameOf = (marker: number) => segment(marker, frameHeader(one).subarray(4));
  const sized = (width: number, height: number) => made(frameHeader({ ...one, width, height }), ...body(one));

  test.each<[string, Buffer, RegExp]>([
    [
      '30,000 × 30,000 pixels',
      sized(30_000, 30_000),
      /30,000 × 30,000 pixels; at most 16,384 a side.*scale it down/,
    ],
    ['16,000 × 16,000 pixels', sized(16_000, 16_000), /50,000,000 in all.*scale it down/],
    ['5,000 × 9,000 pixels of a few bytes', sized(5000, 9000), /bytes cannot hold 5,000 × 9,000 pixels/],
    ['no pixels', sized(0, 5), /0 × 5 pixels, empty/],
    [
      '12 bits a sample',
      made(segment(0xc1, [12, 0, 1, 0, 1, 1, 1, 0x11, 0]), ...body(one)),
      /12 bits a sample/,
    ],
    ['two components', jpegOf(pixel(1, 2)), /2 components/],
    ['five colours', jpegOf(pixel(1, 2, 3, 4, 5)), /5 components/],
    [
      'four colours without tables',
      Buffer.concat([START, frameHeader(pixel(1, 2, 3, 4)), scanHeader(pixel(1, 2, 3, 4)), END]),
      /damaged \(.*\): fetch or export/,
    ],
    ['lossless', made(frameOf(0xc3), ...body(one)), /lossless.*baseline or progressive/],
    ['arithmetic coding', made(frameOf(0xc9), ...body(one)), /arithmetically coded.*baseline or progressive/],
    ['hierarchical', made(frameOf(0xc5), ...body(one)), /hierarchical.*baseline or progressive/],
    ['two frames', made(frameHeader(one), frameHeader(one), ...body(one)), /damaged \(libjpeg: .*two SOF/],
    ['no frame', made(...body(one)), /before its picture begins/],
    ['no scan', made(frameHeader(one), END), /before its picture begins/],
    ['nothing', Buffer.concat([START, END]), /before its picture begins/],
    ['cut short in its header', made(frameHeader(one).subarray(0, 7)), /cut short/],
    [
      'sampling of 0',
      jpegOf({ ...one, components: [{ across: 0, sample: () => 1 }] }),
      /damaged \(libjpeg: /,
    ],
    [
      'no quantization',
      Buffer.concat([START, HUFFMAN, frameHeader(one), ...body(one)]),
      /damaged \(libjpeg: Quantization table/,
    ],
    [
      'too many codes',
      made(segment(0xc4, [0, 3, ...Array<number>(15).fill(0), 1, 2, 3]), frameHeader(one), ...body(one)),
      /damaged \(libjpeg: Bogus Huffman table/,
    ],
    ['a short table', made(segment(0xdb, [0, 1, 2]), frameHeader(one), ...body(one)), /damaged \(libjpeg: /],
    [
      'scans without end',
      made(frameHeader(one), ...Array.from({ length: 101 }, () => body(one).slice(0, 2)).flat(), END),
      /more than 100 scans/,
    ],
  ])('%s', (_, bytes, reason) => {
    expect(() => decode(bytes)).toThrow(ImageFileError);
    expect(() => decode(bytes)).toThrow(reason);
    expect(() => decode(bytes)).toThrow(/^f\.jpg cannot be read as a JPEG: (it|one of its)/);
  });

  test('a header that asks for much, before it is given', () => {
    const before = process.memoryUsage().rss;
    for (const marker of [0xc0, 0xc2]) {
      // Whichever of several headers the decoder would take, behind stray bytes and fill bytes.
      const huge = segment(marker, [8, 0x40, 0, 0x40, 0, 1, 1, 0x11, 0]);
      const bytes = made(
        Buffer.of(1, 0xff, 0xff),
        huge,
        frameHeader(one),
        ...body(one),
        Buffer.alloc(5_000_000),
      );
      expect(() => decode(bytes)).toThrow(/16,384 × 16,384 pixels; .* 50,000,000 in all/);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
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
    ['coarser colour', quarterColour],
    ['with restarts', jpegOf({ width: 70, height: 50, components: flat(9, 200, 90), restartInterval: 4 })],
    [
      'four colours',
      jpegOf({ width: 30, height: 9, components: flat(9, 200, 90, 1), before: [ADOBE(2), exif(6, true)] }),
    ],
  ];
  const check = (bytes: Uint8Array) => {
    const started = performance.now();
    const image = parsedOrRefused(() => decode(bytes), ImageFileError);
    if (image) expect(image.bytes.length).toBe(image.extent[0] * image.extent[1] * image.extent[2]);
    expect(performance.now() - started).toBeLessThan(5000);
  };

  test.each(files)('%s, mutated', (_, valid) => {
    fc.assert(fc.property(mutationsOf(valid), check), { numRuns: full ? 1500 : 100 });
  });

  test.each(files)('%s, cut short, is read with a note or refused', (_, valid) => {
    const whole = parsedOrRefused(() => decode(valid), ImageFileError);
    for (const bytes of truncationsOf(valid).filter((_, length) => full || length % 4 === 0)) {
      const image = parsedOrRefused(() => decode(bytes), ImageFileError);
      if (!image) continue;
      expect(notesOf(bytes)).toHaveLength(1);
      expect(image.extent).toEqual([whole!.extent[0], whole!.extent[1], whole!.extent[2]]);
    }
    expect(() => decode(valid.slice(0, 100))).toThrow(ImageFileError);
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
