import { expect, test } from 'vitest';
import { fitImage } from '../../src/models/fit-image.ts';

const gray = (pixels: readonly number[], height: number, width: number) => ({
  pixels: Uint8Array.from(pixels),
  channels: 1 as const,
  height,
  width,
});

test('an image that fits already stays as it is', () => {
  const image = gray([1, 2, 3, 4, 5, 6], 2, 3);
  expect([...fitImage(image, [1, 2, 3])]).toEqual([1, 2, 3, 4, 5, 6]);
});

test('halving averages pairs, doubling interpolates between pixel centres', () => {
  expect([...fitImage(gray([0, 100, 200, 40], 1, 4), [1, 1, 2])]).toEqual([50, 120]);
  expect([...fitImage(gray([0, 100], 1, 2), [1, 1, 4])]).toEqual([0, 25, 75, 100]);
});

test('colour becomes gray by its brightness, gray becomes three equal channels', () => {
  const primaries = {
    pixels: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255),
    channels: 3 as const,
    height: 1,
    width: 3,
  };
  expect([...fitImage(primaries, [1, 1, 3])]).toEqual([76, 150, 29]);
  expect([...fitImage(gray([7, 9], 1, 2), [3, 1, 2])]).toEqual([7, 9, 7, 9, 7, 9]);
});
