/** Pictures with a known period, and pictures with none. */
import { expect, test } from 'vitest';
import {
  elementsWithin,
  findRepetition,
  withFewerElements,
} from '../../src/experiments/repeated-elements.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import type { Image } from '../../src/image/image.ts';

function painted(
  side: number,
  channels: 1 | 3,
  value: (x: number, y: number, channel: number) => number,
): Image {
  const pixels = Uint8Array.from({ length: channels * side * side }, (_, index) =>
    value(index % side, Math.floor(index / side) % side, Math.floor(index / (side * side))),
  );
  return { extent: [channels, side, side], bytes: pixels };
}

const wave = (place: number, period: number) => 127 + 100 * Math.sin((2 * Math.PI * place) / period);

test.each([
  ['columns', (x: number) => wave(x, 7), 7, 0],
  ['rows', (_: number, y: number) => wave(y, 9), 0, 9],
  ['a diagonal', (x: number, y: number) => wave(x + y, 12), 6, 6],
  ['columns that fade', (x: number, y: number) => (wave(x, 8) * (56 - y)) / 56, 8, 0],
  ['dots', (x: number, y: number) => (x % 10 < 4 && y % 14 < 4 ? 250 : 5), 10, 0],
])('the period of %s is found', (_, value, across, down) => {
  const found = findRepetition(painted(28, 1, value), 0.5);
  expect([found?.across, found?.down]).toEqual([across, down]);
  expect(found?.likeness).toBeGreaterThan(0.9);
});

test('the period in a large picture is settled to the pixel', () => {
  const found = findRepetition(
    painted(227, 3, (x, _, channel) => wave(x, 37) * (1 - channel / 4)),
    0.5,
  );
  expect([found?.across, found?.down]).toEqual([37, 0]);
});

test.each([
  ['a flat picture', () => 80],
  ['a ramp', (x: number, y: number) => 4 * x + y],
  ['a spot', (x: number, y: number) => 250 * Math.exp(-((x - 14) ** 2 + (y - 12) ** 2) / 40)],
  ['noise', (x: number, y: number) => RandomStream.of(1, x, y).below(256)],
  ['an edge', (x: number) => (x < 12 ? 20 : 220)],
])('%s repeats nothing', (_, value) => {
  expect(findRepetition(painted(28, 1, value), 0.5)).toBeUndefined();
});

test('elements go one after the other, the outermost first, and the mean colour takes their place', () => {
  const row = [10, 20, 30, 40, 11, 21, 31, 41, 12, 22, 32, 42];
  const pixels = Uint8Array.from([...row, ...row, ...row.map((value) => 2 * value)]);
  const picture = { extent: [3, 1, 12], bytes: pixels } as const;
  const series = withFewerElements(picture, { across: 4, down: 0 });
  expect(series).toHaveLength(3);
  expect(series[0]?.bytes).toEqual(pixels);
  const second = [...row.slice(0, 8), 26, 26, 26, 26];
  const bright = [...row.slice(0, 8).map((value) => 2 * value), 52, 52, 52, 52];
  expect([...(series[1]?.bytes ?? [])]).toEqual([...second, ...second, ...bright]);
  const third = [26, 26, 26, 26, ...row.slice(4, 8), 26, 26, 26, 26];
  expect([...(series[2]?.bytes ?? [])].slice(0, 12)).toEqual(third);
});

test('in whatever direction a period goes, every removal takes more of the picture away', () => {
  const picture = painted(28, 1, (x, y) => 1 + ((x + 28 * y) % 254));
  for (const period of [
    { across: 5, down: 0 },
    { across: -4, down: 6 },
    { across: 14, down: 14 },
  ]) {
    const series = withFewerElements(picture, period);
    expect(series.length % 2).toBe(1);
    const changed = series.map(({ bytes: pixels }) =>
      pixels.reduce((sum, value, place) => (value === picture.bytes[place] ? sum : sum + 1), 0),
    );
    expect(changed).toEqual([...new Set(changed)].sort((a, b) => a - b));
    expect(changed[0]).toBe(0);
    expect(changed.at(-1)).toBeLessThan(784);
  }
});

test('only elements that the network sees are counted, and the first to go reaches into what it sees', () => {
  expect(elementsWithin({ across: 8, down: 0 }, [1, 256, 256])).toBe(31);
  const seen = elementsWithin({ across: 8, down: 0 }, [1, 20, 40]);
  expect(seen).toBe(5);
  const picture = painted(64, 1, (x) => x);
  const [, once] = withFewerElements(picture, { across: 8, down: 0 }, seen);
  const gone = [...Array(64).keys()].filter((x) => once?.bytes[x] !== x);
  // The crop is columns 12 to 51; the outermost of five elements begins 12 right of the middle.
  expect([gone[0], gone.at(-1)]).toEqual([44, 63]);
});
