import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitImage } from '../../src/image/fit-image.ts';
import type { Image } from '../../src/image/image.ts';

const gray = (pixels: readonly number[], height: number, width: number): Image => ({
  extent: [1, height, width],
  bytes: Uint8Array.from(pixels),
});

const side = fc.integer({ min: 1, max: 24 });
const image: fc.Arbitrary<Image> = fc.tuple(fc.constantFrom(1, 3), side, side).chain((extent) => {
  const length = extent[0] * extent[1] * extent[2];
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ extent, bytes }));
});

/** Every source pixel's weight is a product of two triangles around the result's centre; no passes, no windows. */
function naive(
  { extent: [, height, width], bytes: pixels }: Image,
  toHeight: number,
  toWidth: number,
): number[] {
  const triangle = (distance: number, step: number) =>
    Math.max(0, 1 - Math.abs(distance) / Math.max(1, step));
  return Array.from({ length: toHeight * toWidth }, (_, at) => {
    const y = ((Math.floor(at / toWidth) + 0.5) * height) / toHeight;
    const x = (((at % toWidth) + 0.5) * width) / toWidth;
    let [sum, weights] = [0, 0];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const weight =
          triangle(row + 0.5 - y, height / toHeight) * triangle(column + 0.5 - x, width / toWidth);
        sum += weight * pixels[row * width + column]!;
        weights += weight;
      }
    }
    return sum / weights;
  });
}

test('an image that fits already stays as it is', () => {
  fc.assert(
    fc.property(image, (original) => {
      expect(fitImage(original, original.extent)).toEqual(original);
    }),
  );
});

test('doubling interpolates between pixel centres, halving weighs the pixels around by a triangle', () => {
  expect([...fitImage(gray([0, 100], 1, 2), [1, 1, 4]).bytes]).toEqual([0, 25, 75, 100]);
  // Weights 1, 3, 3, 1 around each centre; at an edge without the one outside.
  expect([...fitImage(gray([0, 100, 201, 40, 40, 40], 1, 6), [1, 1, 3]).bytes]).toEqual([72, 108, 40]);
});

test('any size to any other equals the sum over all pixels, to half a step', () => {
  fc.assert(
    fc.property(image, side, side, (source, height, width) => {
      const { extent, bytes: pixels } = source;
      const [channels] = extent;
      const plane = source.extent[1] * source.extent[2];
      const found = fitImage(source, [channels, height, width]).bytes;
      for (let channel = 0; channel < channels; channel++) {
        const part = { ...source, bytes: pixels.subarray(channel * plane, (channel + 1) * plane) };
        naive(part, height, width).forEach((value, at) => {
          expect(Math.abs(found[channel * height * width + at]! - value)).toBeLessThanOrEqual(0.5 + 1e-9);
        });
      }
    }),
  );
});

describe('shrinking', () => {
  test('stripes finer than the result become gray, not other stripes', () => {
    const stripes = gray(
      Array.from({ length: 100 * 100 }, (_, at) => (at % 2 === 0 ? 255 : 0)),
      100,
      100,
    );
    const inside = [...fitImage(stripes, [1, 11, 11]).bytes].filter((_, at) => at % 11 > 0 && at % 11 < 10);
    for (const value of inside) expect(Math.abs(value - 127.5)).toBeLessThan(4);
  });

  test('what is one colour stays that colour', () => {
    const flat = gray(new Array<number>(37 * 91).fill(201), 37, 91);
    expect(new Set(fitImage(flat, [1, 5, 7]).bytes)).toEqual(new Set([201]));
    expect(new Set(fitImage(flat, [1, 60, 200]).bytes)).toEqual(new Set([201]));
  });

  test('a photograph of 16 megapixels takes a moment', () => {
    const photograph: Image = { extent: [3, 4000, 4000], bytes: new Uint8Array(3 * 16e6).fill(90) };
    const started = performance.now();
    const small = fitImage(photograph, [3, 256, 256]);
    // A third of a second on one quiet core.
    expect(performance.now() - started).toBeLessThan(5000);
    expect(small.bytes.every((value) => value === 90)).toBe(true);
  });
});

test('colour becomes gray by its brightness, gray becomes three equal channels', () => {
  const primaries: Image = { extent: [3, 1, 3], bytes: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255) };
  expect([...fitImage(primaries, [1, 1, 3]).bytes]).toEqual([76, 150, 29]);
  expect([...fitImage(gray([7, 9], 1, 2), [3, 1, 2]).bytes]).toEqual([7, 9, 7, 9, 7, 9]);
});
