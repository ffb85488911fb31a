import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/image/image.ts';
import { composeGrid, gridPictureSide, type GridPicture } from '../../src/report/grid.ts';
import { full } from '../support/full.ts';

function picture(size: number, channels: 1 | 3, fill: (index: number) => number): GridPicture {
  const bytes = Uint8Array.from({ length: channels * size * size }, (_, index) => fill(index));
  return { extent: [channels, size, size], bytes, label: 'x', confidence: 0.5 };
}

function pixel({ extent: [, height, width], bytes }: Image, x: number, y: number): (number | undefined)[] {
  return [0, 1, 2].map((plane) => bytes[(plane * height + y) * width + x]);
}

describe('composeGrid', () => {
  it('lays ten pictures in two rows of five, each pixel enlarged fivefold', () => {
    const grid = composeGrid(Array.from({ length: 10 }, (_, index) => picture(28, 1, () => index)));
    expect(grid.extent[2]).toBe(5 * (140 + 8) + 8);
    expect(grid.bytes).toHaveLength(3 * grid.extent[2] * grid.extent[1]);
    expect(pixel(grid, 8, 8)).toEqual([0, 0, 0]);
    expect(pixel(grid, 8 + 148 + 139, 8)).toEqual([1, 1, 1]);
    expect(pixel(grid, 8 + 148 + 140, 8)).toEqual([255, 255, 255]);
    expect(pixel(grid, grid.extent[2] - 9, grid.extent[1] - 60)).toEqual([9, 9, 9]);
  });

  it('keeps neighbouring pixels apart when it enlarges', () => {
    const grid = composeGrid([picture(28, 1, (index) => (index === 1 ? 200 : 10))]);
    expect([12, 13, 17, 18].map((x) => pixel(grid, x, 8)[0])).toEqual([10, 200, 200, 10]);
  });

  it('takes red, green and blue from their planes', () => {
    const grid = composeGrid([picture(2, 3, (index) => index)]);
    expect(pixel(grid, 8, 8)).toEqual([0, 4, 8]);
    expect(pixel(grid, 8 + 139, 8 + 139)).toEqual([3, 7, 11]);
  });

  it('writes a caption below', () => {
    const { extent, bytes } = composeGrid([picture(28, 1, () => 255)]);
    const [, height, width] = extent;
    for (const plane of [0, 1, 2]) {
      const rows = bytes.subarray(plane * height * width, (plane + 1) * height * width);
      expect(rows.subarray(0, width * 148).every((value) => value === 255)).toBe(true);
      expect(rows.subarray(width * 148).some((value) => value < 64)).toBe(true);
    }
  });

  it('averages large pictures down rather than grow beyond its bounds', () => {
    const pictures = Array.from({ length: 100 }, () => picture(64, 3, (index) => (index % 2) * 100));
    const grid = composeGrid(pictures, { largestSide: 700 });
    expect(Math.max(grid.extent[2], grid.extent[1])).toBeLessThanOrEqual(700);
    expect(pixel(grid, 4 + 9, 4 + 9)).toEqual([50, 50, 50]);
  });

  it('is no longer than 4,096 pixels for a thousand pictures of 256, of which it asks for no more than it shows', () => {
    const side = gridPictureSide(1000, [3, 256, 256]);
    expect(side).toBeGreaterThan(60);
    const pictures = Array.from({ length: 1000 }, () => picture(side, 1, () => 7));
    const grid = composeGrid(pictures);
    expect(Math.max(grid.extent[1], grid.extent[2])).toBeLessThanOrEqual(4096);
    expect(pixel(grid, 4 + side - 1, 4 + side - 1)).toEqual([7, 7, 7]);
    expect(pixel(grid, 4 + side, 4)).toEqual([255, 255, 255]);
  });

  it('fits any number of pictures of any size', () => {
    const sizes = { count: fc.integer({ min: 1, max: 60 }), size: fc.integer({ min: 1, max: 40 }) };
    fc.assert(
      fc.property(fc.record(sizes), ({ count, size }) => {
        const grid = composeGrid(
          Array.from({ length: count }, () => picture(size, 1, () => 7)),
          { largestSide: 1000 },
        );
        expect(grid.bytes).toHaveLength(3 * grid.extent[2] * grid.extent[1]);
        expect(pixel(grid, 8, 8)).toEqual([7, 7, 7]);
      }),
      { numRuns: full ? 30 : 8 },
    );
  });

  it('refuses no pictures, mixed sizes and missing bytes', () => {
    expect(() => composeGrid([])).toThrow('at least one picture');
    expect(() => composeGrid([picture(2, 1, () => 0), picture(3, 1, () => 0)])).toThrow('3x3 beside 2x2');
    expect(() => composeGrid([{ ...picture(2, 1, () => 0), extent: [3, 2, 2] }])).toThrow(
      '4 bytes for [3, 2, 2]',
    );
  });
});
