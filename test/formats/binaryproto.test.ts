import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBinaryproto } from '../../src/formats/binaryproto.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { blob, caffeBytes, legacyBlob, numbers } from '../support/caffe-files.ts';
import { mutationsOf, parsedOrRefused, splicesOf, truncationsOf } from '../support/hostile-bytes.ts';

const FILE = 'mean.binaryproto';

describe('reading a mean image', () => {
  test.each([
    ['the old form', legacyBlob([1, 3, 4, 5])],
    ['the new form', blob([1, 3, 4, 5])],
    ['three dimensions', blob([3, 4, 5])],
    ['doubles', { num: 1, channels: 3, height: 4, width: 5, double_data: numbers(60) }],
  ])('%s', (_, fields) => {
    for (const packing of ['packed', 'unpacked'] as const) {
      expect(readBinaryproto(caffeBytes('BlobProto', fields, packing), FILE)).toEqual({
        shape: [3, 4, 5],
        data: Float32Array.from(numbers(60)),
      });
    }
  });
});

describe('refusing', () => {
  test.each([
    ['an empty file', {}, /^mean\.binaryproto: the mean image holds 0 values but its shape \[\] needs 1/],
    ['several images', legacyBlob([2, 3, 4, 5]), /has the shape \[2, 3, 4, 5\], expected one image/],
    ['an image of no pixels', legacyBlob([1, 3, 0, 5]), /has the shape \[1, 3, 0, 5\], expected one image/],
    ['a vector', blob([3]), /has the shape \[3\], expected one image/],
    ['a wrong shape', { ...blob([3, 4, 5]), data: [1] }, /holds 1 values but its shape \[3, 4, 5\] needs 60/],
    ['NaN', { ...blob([1, 1, 1, 1]), data: [NaN] }, /the mean image holds NaN at index 0/],
  ])('%s', (_, fields, message) => {
    const bytes = caffeBytes('BlobProto', fields);
    expect(() => readBinaryproto(bytes, FILE)).toThrow(WeightFileError);
    expect(() => readBinaryproto(bytes, FILE)).toThrow(message);
  });
});

describe('hostile bytes', () => {
  const valid = caffeBytes('BlobProto', legacyBlob([1, 3, 2, 2]));

  function check(bytes: Uint8Array): void {
    const image = parsedOrRefused(() => readBinaryproto(bytes, FILE), WeightFileError);
    if (image === undefined) return;
    const [channels, height, width] = image.shape;
    expect(image.data.length).toBe(channels * height * width);
    expect(image.data.every(Number.isFinite)).toBe(true);
    expect(image.data.byteLength).toBeLessThanOrEqual(bytes.length);
  }

  test('a damaged file is read consistently or refused as a WeightFileError', () => {
    fc.assert(fc.property(fc.oneof(mutationsOf(valid), splicesOf(valid)), check), { numRuns: 3000 });
  });

  test('no truncation is read as an image', () => {
    for (const bytes of truncationsOf(valid))
      expect(() => readBinaryproto(bytes, FILE)).toThrow(WeightFileError);
  });
});
