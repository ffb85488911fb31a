import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../../src/datasets/dataset.ts';
import { mnistDataset, readIdx } from '../../src/datasets/idx.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import { idx } from '../support/idx-bytes.ts';

describe('reading IDX', () => {
  test('returns shape and values of any rank', () => {
    const shapes = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(shapes, (shape) => {
        const values = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
        expect(readIdx(idx(shape, values), 'f')).toEqual({ shape, values });
      }),
    );
  });

  test('reads from within a larger buffer', () => {
    const file = idx([3], [7, 8, 9]);
    const larger = new Uint8Array(file.length + 10).fill(255);
    larger.set(file, 5);
    expect(readIdx(larger.subarray(5, 5 + file.length), 'f').values).toEqual(Uint8Array.of(7, 8, 9));
  });

  test.each([
    ['nothing', new Uint8Array(), /^f: has 0 bytes, .* at least 8/],
    ['a gzip file', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), /begins with 1f 8b 08 00.*compressed\?/],
    ['floats', idx([1], [0, 0, 0, 0], 0x0d), /holds 32-bit floats, expected unsigned bytes/],
    ['an unknown type', idx([1], [0], 0x0a), /unknown element type 0x0a/],
    ['no dimensions', idx([], [1]), /no dimensions/],
    ['a header cut short', idx([2, 2], []).slice(0, 11), /has 11 bytes, the header of 2 dimensions takes 12/],
    ['too few values', idx([2, 3], [1, 2, 3, 4, 5]), /says \[2, 3\], which is 6 bytes of values, but has 5/],
    ['too many values', idx([2], [1, 2, 3]), /says \[2\], which is 2 bytes of values, but has 3/],
    ['a product beyond doubles', idx(Array<number>(20).fill(0xffffffff), []), /is \d\.\d+e\+\d+ bytes/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readIdx(bytes, 'f')).toThrow(DatasetError);
    expect(() => readIdx(bytes, 'f')).toThrow(message);
  });

  test('hostile bytes are read consistently or refused as a DatasetError', () => {
    const check = (bytes: Uint8Array) => {
      const array = parsedOrRefused(() => readIdx(bytes, 'f'), DatasetError);
      if (array === undefined) return;
      expect(array.values.length).toBe(array.shape.reduce((a, b) => a * b, 1));
      expect(array.values.buffer).toBe(bytes.buffer);
    };
    const valid = idx([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    fc.assert(fc.property(mutationsOf(valid), check), { numRuns: 2000 });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), check), { numRuns: 1000 });
    for (const bytes of truncationsOf(valid)) expect(() => readIdx(bytes, 'f')).toThrow(DatasetError);
  });
});

describe('joining images and labels', () => {
  const images = { fileName: 'images', bytes: idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) };
  const labels = { fileName: 'labels', bytes: idx([2], [9, 0]) };

  test('gives a data set of ten digits', () => {
    expect(mnistDataset('mnist test', images, labels)).toEqual({
      name: 'mnist test',
      classes: 10,
      labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      targets: Uint8Array.of(9, 0),
      count: 2,
      shape: [1, 2, 3],
    });
  });

  test.each([
    ['swapped files', labels, images, /^labels: has shape \[2\], expected \[count, height, width\].*swapped/],
    ['labels of the wrong rank', images, images, /^images: has shape \[2, 2, 3\], expected \[count\]/],
    ['no images', { fileName: 'images', bytes: idx([0, 2, 3], []) }, labels, /at least one image/],
    [
      'different numbers',
      images,
      { fileName: 'labels', bytes: idx([3], [1, 2, 3]) },
      /^labels has 3 labels, images has 2 images/,
    ],
    [
      'a label 10',
      images,
      { fileName: 'labels', bytes: idx([2], [1, 10]) },
      /label 1 is 10, expected 0 to 9/,
    ],
  ])('refuses %s', (_, imageFile, labelFile, message) => {
    expect(() => mnistDataset('mnist', imageFile, labelFile)).toThrow(DatasetError);
    expect(() => mnistDataset('mnist', imageFile, labelFile)).toThrow(message);
  });
});
