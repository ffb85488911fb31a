import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/image/image.ts';
import { blockMeans, shrink } from '../../src/image/shrink.ts';

function picture(height: number, width: number, channels: 1 | 3, fill: (index: number) => number): Image {
  const pixels = Uint8Array.from({ length: channels * height * width }, (_, index) => fill(index));
  return { extent: [channels, height, width], bytes: pixels };
}

describe('shrink', () => {
  it('leaves a picture that is small enough alone', () => {
    const small = picture(96, 20, 1, (index) => index);
    expect(shrink(small, 96)).toBe(small);
  });

  it('keeps the proportions, up to a side of one pixel', () => {
    const sizes = [
      [227, 227],
      [256, 100],
      [1, 1000],
    ] as const;
    const shrunk = sizes.map(([height, width]) =>
      shrink(
        picture(height, width, 3, () => 0),
        96,
      ),
    );
    expect(shrunk.map(({ extent }) => extent)).toEqual([
      [3, 96, 96],
      [3, 96, 38],
      [3, 1, 96],
    ]);
  });

  it('makes fine stripes grey, and no wider ones of them', () => {
    // Columns of period 3: half as many pixels hold none of that period any more.
    const stripes = picture(240, 240, 1, (index) => ((index % 240) % 3 === 0 ? 240 : 0));
    const rangeOf = ({ extent: [, , width], bytes: pixels }: Image) => {
      const inner = [...pixels.subarray(10, width - 10)];
      return Math.max(...inner) - Math.min(...inner);
    };
    expect(rangeOf(shrink(stripes, 120))).toBeLessThan(65);
    expect(rangeOf(blockMeans(stripes, 120))).toBe(120);
  });

  it.each([
    [227, 227],
    [256, 100],
    [97, 1],
    [1, 1000],
  ])('keeps the longest side of %i × %i within its bound', (height, width) => {
    const small = shrink(
      picture(height, width, 1, () => 7),
      96,
    );
    expect(Math.max(small.extent[1], small.extent[2])).toBeLessThanOrEqual(96);
    expect(small.bytes).toHaveLength(small.extent[1] * small.extent[2]);
    expect(new Set(small.bytes)).toEqual(new Set([7]));
  });
});

describe('blockMeans', () => {
  it('averages blocks of each plane, whose last ones may be narrower', () => {
    // Rows of 5: 0 … 4, then 10 … 14, 20 … 24; the second plane is 100 more.
    const large = picture(3, 5, 3, (index) => {
      const [plane, place] = [Math.floor(index / 15), index % 15];
      return 100 * Math.min(plane, 1) + 10 * Math.floor(place / 5) + (place % 5);
    });
    const { extent, bytes: pixels } = blockMeans(large, 3);
    expect(extent).toEqual([3, 2, 3]);
    const first = [6, 8, 9, 21, 23, 24]; // 5.5, 7.5, 9, 20.5, 22.5, 24
    expect([...pixels.subarray(0, 6)]).toEqual(first);
    expect([...pixels.subarray(6, 12)]).toEqual(first.map((value) => value + 100));
  });
});
