import { expect, test } from 'vitest';
import { fromInterleaved, interleaved, longestSide, type Image } from '../../src/image/image.ts';

const colour: Image = { extent: [3, 1, 2], bytes: Uint8Array.of(1, 2, 11, 12, 21, 22) };
const grey: Image = { extent: [1, 2, 1], bytes: Uint8Array.of(7, 9) };

test('planes become pixels of as many samples as a file has', () => {
  expect([...interleaved(colour)]).toEqual([1, 11, 21, 2, 12, 22]);
  expect([...interleaved(grey)]).toEqual([7, 9]);
  expect([...interleaved(grey, 3)]).toEqual([7, 7, 7, 9, 9, 9]);
});

test('the fourth sample is opaque alpha', () => {
  expect([...interleaved(colour, 4)]).toEqual([1, 11, 21, 255, 2, 12, 22, 255]);
  expect([...interleaved(grey, 4)]).toEqual([7, 7, 7, 255, 9, 9, 9, 255]);
});

test('pixels become planes again, samples beyond the channels left out', () => {
  for (const image of [colour, grey]) {
    expect(fromInterleaved(interleaved(image), image.extent)).toEqual(image);
    expect(fromInterleaved(interleaved(image, 4), image.extent, 4)).toEqual(image);
  }
});

test('the longest side is the larger of height and width, not of the channels', () => {
  expect([colour, grey].map(longestSide)).toEqual([2, 2]);
  expect(longestSide({ extent: [3, 1, 1] })).toBe(1);
});
