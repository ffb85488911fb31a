import { expect, test } from 'vitest';
import { view, viewTable } from '../../../src/kernels/image/view.ts';
import { padPlanes } from '../../../src/image/image-layout.ts';
import { randomViews, viewsOf } from '../../../src/model/crops.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { streams } from '../../../src/random/streams.ts';
import { RandomStream, threefry2x32 } from '../../../src/random/threefry.ts';
import { expectClose } from '../numbers.ts';

const gray = { channels: 1, imageHeight: 28, imageWidth: 28, crop: 28, height: 28, width: 28 };

test('ten crops are the four corners and the centre, as they are and mirrored', () => {
  const crops = viewsOf([3, 256, 256], 227, 10);
  const places = [
    [0, 0],
    [0, 29],
    [29, 0],
    [29, 29],
    [14, 14],
  ];
  expect(crops.map(({ top, left }) => [top, left])).toEqual([...places, ...places]);
  expect(crops.map(({ mirrored }) => mirrored)).toEqual([
    ...Array<boolean>(5).fill(false),
    ...Array<boolean>(5).fill(true),
  ]);
});

test('a crop as large as the image shows all of it', () => {
  const [whole] = viewsOf([3, 20, 30], 50, 1);
  expect(whole).toEqual({ top: 0, left: 0, height: 20, width: 30, mirrored: false });
});

test('noise is normal, the same for all images in a view, another in every other, and bytes stay bytes', async () => {
  const gpu = await openTestGpu();
  const [plane, views, deviation] = [28 * 28, 4, 32];
  const settings = { shift: 0, noise: deviation, views, seed: 7 };
  const table = viewTable(randomViews({ image: [1, 28, 28], crop: 28 }, settings));
  const shape = {
    ...gray,
    batch: 12,
    views,
    resize: false,
    reverseChannels: false,
    scale: [1],
    noise: deviation,
  };
  const bytes = [128, 100, 250];
  const pixels = Uint8Array.from({ length: 3 * plane }, (_, index) => bytes[Math.floor(index / plane)]!);
  const result = await runKernel(gpu, view(shape), {
    images: padPlanes(pixels, plane),
    source: Uint32Array.of(0, 1, 2),
    views: table,
    mean: new Float32Array(plane),
    x: unwrittenFloats(plane * 12),
  });
  const x = new Float32Array(result.x!);
  const noiseOf = (input: number) =>
    Array.from({ length: plane }, (_, at) => x[12 * at + input]! - bytes[Math.floor(input / views)]!);
  const first = [0, 1, 2, 3].map(noiseOf);
  const second = [4, 5, 6, 7].map(noiseOf);
  // Of 3,136 draws: the mean within 4 standard errors of 0, the deviation within 4 of its own.
  const all = first.flat();
  const mean = all.reduce((sum, value) => sum + value) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
  expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(all.length));
  expect(Math.abs(Math.sqrt(variance) / deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * all.length));
  // A normal number lies within one deviation 68.3 times of 100.
  expect(all.filter((value) => Math.abs(value) < deviation).length / all.length).toBeCloseTo(0.683, 1);
  const unclamped = first.map((noise) => noise.map((value) => Math.max(-100, value)));
  for (const [one, noise] of second.entries()) expectClose(noise, unclamped[one]!, { atol: 1e-4, rtol: 0 });
  // Those of different views are independent: a correlation of 784 pairs is within 4 / √784.
  const pairs = first[0]!.map((value, at) => value * first[1]![at]!);
  const correlation = pairs.reduce((sum, value) => sum + value) / plane / variance;
  expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(plane));
  const bright = Array.from(
    { length: 4 * plane },
    (_, index) => x[12 * Math.floor(index / 4) + 8 + (index % 4)]!,
  );
  expect(Math.max(...bright)).toBe(255);
  expect(Math.min(...bright)).toBeGreaterThanOrEqual(0);
});

test('noise is what the plain generator draws', async () => {
  const gpu = await openTestGpu();
  const key = RandomStream.of(7, streams.viewNoise, 0).key;
  const colours = { channels: 3, imageHeight: 9, imageWidth: 7, crop: 9, height: 9, width: 7 };
  const shape = {
    ...colours,
    batch: 4,
    views: 1,
    resize: true,
    reverseChannels: true,
    scale: [1, 1, 1],
    noise: 20,
  };
  const plane = 63;
  const result = await runKernel(gpu, view(shape), {
    images: padPlanes(new Uint8Array(3 * plane).fill(128), plane),
    source: Uint32Array.of(0, 0, 0, 0),
    views: viewTable([{ top: 0, left: 0, height: 9, width: 7, mirrored: false, key }]),
    mean: new Float32Array(3 * plane),
    x: unwrittenFloats(3 * plane * 4),
  });
  const even = (word: number) => (word >>> 8) / 2 ** 24;
  const expected = Array.from({ length: 3 * plane }, (_, at) => {
    const [one, other] = threefry2x32(key, [at, 0]);
    const normal = Math.sqrt(-2 * Math.log(1 - even(one))) * Math.cos(Math.PI * (2 * even(other) - 1));
    return Math.min(255, Math.max(0, 128 + 20 * normal));
  });
  const found = new Float32Array(result.x!).filter((_, index) => index % 4 === 0);
  expectClose(found, expected, { atol: 2e-2, rtol: 0 });
});
