import { expect, test } from 'vitest';
import { readMeanImage } from '../../src/formats/mean-image.ts';
import { blob, caffeBytes, numbers } from '../support/caffe-files.ts';
import { npyOf } from '../support/npy-bytes.ts';

const values = (count: number) => Float32Array.from({ length: count }, (_, index) => index + 1);
const imageOf = (...shape: number[]) =>
  readMeanImage(npyOf(shape, values(shape.reduce((product, size) => product * size, 1))), 'm');

test.each([
  ['[channels, height, width]', [3, 4, 5], [3, 4, 5]],
  ['[1, channels, height, width]', [1, 3, 4, 5], [3, 4, 5]],
  ['[height, width]', [4, 5], [1, 4, 5]],
  ['[1, height, width]', [1, 4, 5], [1, 4, 5]],
  ['a value per channel', [3], [3, 1, 1]],
  ['a value per channel with dimensions of one', [1, 3, 1, 1], [3, 1, 1]],
  ['one value', [], [1, 1, 1]],
] as const)('an array of NumPy may be %s', (_, shape, expected) => {
  const image = imageOf(...shape);
  expect(image.shape).toEqual(expected);
  expect(image.data).toEqual(values(image.data.length));
});

test('its channels may come last', () => {
  expect(imageOf(2, 2, 3)).toEqual({
    shape: [3, 2, 2],
    data: Float32Array.of(1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12),
  });
  expect(imageOf(4, 5, 1)).toEqual({ shape: [1, 4, 5], data: values(20) });
});

test.each([
  [[3, 4, 3], /^m: has the shape \[3, 4, 3\], whose channels may come first or last; expected/],
  [[2, 4, 5], /neither the first nor the last dimension is of 1 or 3 channels/],
  [[2, 3, 4, 5], /2 images/],
  [[2, 1, 3, 4, 5], /which is no image/],
  [[4], /4 values in a row/],
  [[0, 4, 5], /which holds no value/],
])('an array of NumPy of the shape %j is refused', (shape, message) => {
  expect(() => imageOf(...shape)).toThrow(message);
});

test('tells the formats apart by their first bytes', () => {
  const bytes = caffeBytes('BlobProto', blob([1, 3, 4, 5]));
  expect(readMeanImage(bytes, 'm')).toEqual({ shape: [3, 4, 5], data: Float32Array.from(numbers(60)) });
  expect(() => readMeanImage(Uint8Array.of(0x50, 0x4b, 3, 4), 'm.npz')).toThrow(
    /^m\.npz: is a zip archive, as numpy\.savez makes it; save the mean alone/,
  );
});
