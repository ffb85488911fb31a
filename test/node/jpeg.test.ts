import { createHash } from 'node:crypto';
import jpeg from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import type { Image } from '../../src/image/image.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { throughJpeg } from '../../src/node/through-jpeg.ts';
import { ADOBE, exif, INTEGER_TYPES, JFIF, jpegOf, segment, type JpegPlan } from '../support/jpeg-bytes.ts';
import { halfColour, photograph, progressive, quarterColour } from '../support/jpeg-files.ts';

const decode = (bytes: Uint8Array) => decodeImage(bytes, 'f.jpg');
/** Of [height, width, 3], as other programs keep it. */
const hashOf = ({ extent: [, height, width], bytes: pixels }: Image) => {
  const area = height * width;
  const interleaved = Uint8Array.from(
    { length: 3 * area },
    (_, index) => pixels[(index % 3) * area + Math.floor(index / 3)]!,
  );
  return createHash('sha256').update(interleaved).digest('hex');
};
const pixelsOf = (bytes: Uint8Array) => {
  const { extent, bytes: pixels } = decode(bytes);
  return { shape: extent, pixels: [...pixels] };
};
const flat = (...samples: number[]) => samples.map((value) => ({ sample: () => value }));
const pixel = (...samples: number[]): JpegPlan => ({ width: 1, height: 1, components: flat(...samples) });

describe('every byte is the one that Pillow reads', () => {
  test.each([
    ['airplane-from-above', 717, '5bd8a6e9451210c6cdc5eaba7e0532be2864087b60bf6b309ad52855b25f3dce'],
    ['locomotion-house-cat', 510, '89f8acce283a02311cb030af5adcf0ef68c7fca52edc8a99b421979d2715b540'],
  ])('of the photograph %s', (name, height, hash) => {
    const image = decode(photograph(name));
    expect(image.extent).toEqual([3, height, 1024]);
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
    expect(image.extent).toEqual([3, 16, 24]);
    expect(hashOf(image)).toBe(hash);
  });

  test('what jpeg-js encodes comes back, a little changed', () => {
    const data = Uint8Array.from({ length: 4 * 20 * 30 }, (_, index) =>
      index % 4 === 3 ? 255 : 60 + 3 * Math.floor(index / 120) + 40 * (index % 4),
    );
    const image = decode(jpeg.encode({ data, width: 30, height: 20 }, 95).data);
    expect(image.extent).toEqual([3, 20, 30]);
    for (let at = 0; at < 600; at++) {
      for (const channel of [0, 1, 2])
        expect(Math.abs(image.bytes[channel * 600 + at]! - data[4 * at + channel]!)).toBeLessThanOrEqual(6);
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

  test.each([
    ['CMYK', [200, 100, 50, 128], [ADOBE(0)], [200, 100, 50]],
    ['CMYK without a mark', [200, 100, 50, 128], [], [200, 100, 50]],
    // Y, Cb, Cr of ink that is stored as 255 − (200, 100, 50): libjpeg's ycck_cmyk_convert.
    ['YCCK', [124, 86, 182, 128], [ADOBE(2)], [55, 155, 205]],
  ])('%s becomes RGB as browsers have it: ink is stored inverted', (_, samples, before, light) => {
    const { shape, pixels } = pixelsOf(jpegOf({ ...pixel(...samples), before }));
    expect(shape).toEqual([3, 1, 1]);
    for (const [channel, value] of pixels.entries())
      expect(Math.abs(value - (light[channel]! * 128) / 255)).toBeLessThanOrEqual(1.5);
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
    const { bytes: pixels } = decode(jpegOf(plan));
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
    const { bytes: pixels } = decode(jpegOf(plan));
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
    const { bytes: pixels } = decode(bytes);
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
      expect([image.extent[1], image.extent[2]]).toEqual([24, 16]);
      const seen = upright.map((row, y) =>
        [...row].map((_, x) => String.fromCharCode(image.bytes[(8 * y + 4) * 16 + 8 * x + 4]!)).join(''),
      );
      expect(seen, `orientation ${orientation}`).toEqual(upright);
    }
  });

  test.each(INTEGER_TYPES)('the orientation may be an integer of TIFF type %i', (type) => {
    for (const littleEndian of [true, false]) {
      const {
        extent: [, height, width],
      } = decode(jpegOf({ ...plan, before: [exif(6, littleEndian, type)] }));
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
      expect(decode(jpegOf({ ...plan, before })).extent[2]).toBe(60);
    }
  });
});

describe('a picture that went through a JPEG file', () => {
  const side = 16;
  const colour: Image = {
    extent: [3, side, side],
    bytes: Uint8Array.from({ length: 3 * side * side }, (_, index) => (index * 7919) >> 6),
  };
  const changeOf = (image: Image, quality: number) => {
    const { extent, bytes } = throughJpeg(image, quality);
    expect(extent).toEqual([image.extent[0], side, side]);
    return bytes.reduce((sum, value, index) => sum + Math.abs(value - image.bytes[index]!), 0) / bytes.length;
  };

  test('keeps its shape and loses more the lower the quality', () => {
    const grey: Image = { extent: [1, side, side], bytes: colour.bytes.subarray(0, side * side) };
    for (const image of [colour, grey]) {
      const changes = [100, 75, 25, 5].map((quality) => changeOf(image, quality));
      expect(changes[0]).toBeLessThan(1.5);
      expect(changes).toEqual(changes.toSorted((a, b) => a - b));
      expect(new Set(changes).size).toBe(4);
    }
  });
});
