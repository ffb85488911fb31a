import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatToHalf, halfToFloat } from '../../src/formats/half.ts';

/** binary16 by its definition, in doubles and powers of two. */
function referenceValue(half: number): number {
  const sign = half >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(half / 1024) % 32;
  const fraction = half % 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * Math.pow(2, -24)
    : sign * (1 + fraction / 1024) * Math.pow(2, exponent - 15);
}

/** All finite halves from +0 up; the bits of value number i are i. */
const ladder = Array.from({ length: 0x7c00 }, (_, half) => referenceValue(half));

/** The nearest rung by binary search and plain comparison of distances; ties to even bits. */
function referenceHalf(value: number): number {
  const sign = Object.is(Math.sign(value), -0) || value < 0 ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign + 0x7c00;
  let low = 0;
  let high = ladder.length;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (ladder[middle]! <= magnitude) low = middle;
    else high = middle;
  }
  const below = magnitude - ladder[low]!;
  const above = (ladder[low + 1] ?? 65536) - magnitude;
  const nearest = below < above || (below === above && low % 2 === 0) ? low : low + 1;
  return sign + nearest;
}

describe('half precision', () => {
  test('every one of the 65,536 halves widens to the value of its definition', () => {
    const wrong: number[] = [];
    for (let half = 0; half < 65536; half++) {
      if (!Object.is(halfToFloat(half), referenceValue(half))) wrong.push(half);
    }
    expect(wrong).toEqual([]);
  });

  test('every half that is a number survives widening and rounding back', () => {
    const wrong: number[] = [];
    for (let half = 0; half < 65536; half++) {
      const value = halfToFloat(half);
      const expected = Number.isNaN(value) ? (half & 0x8000) | 0x7e00 : half;
      // The sign of a NaN does not survive being a JavaScript number on every processor.
      if ((floatToHalf(value) & 0x7fff) !== (expected & 0x7fff)) wrong.push(half);
      if (!Number.isNaN(value) && floatToHalf(value) !== half) wrong.push(half);
    }
    expect(wrong).toEqual([]);
  });

  test('halfway between two halves the even one wins, and one binary32 step away the nearer one', () => {
    const wrong: number[] = [];
    for (let half = 0; half < 0x7bff; half++) {
      const middle = (ladder[half]! + ladder[half + 1]!) / 2;
      const step = Math.max(middle * 2 ** -23, 2 ** -149);
      for (const value of [middle, Math.fround(middle - step), Math.fround(middle + step)]) {
        if (floatToHalf(value) !== referenceHalf(value)) wrong.push(value);
        if (floatToHalf(-value) !== referenceHalf(-value)) wrong.push(-value);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('any binary32 rounds to the nearest half', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => floatToHalf(value) === referenceHalf(value)),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(
        fc.float({ min: -70000, max: 70000, noNaN: true }),
        (value) => floatToHalf(value) === referenceHalf(value),
      ),
      { numRuns: 5000 },
    );
  });

  test('the largest half, the overflow threshold and infinities', () => {
    expect(floatToHalf(65504)).toBe(0x7bff);
    expect(floatToHalf(65519.996)).toBe(0x7bff);
    expect(floatToHalf(65520)).toBe(0x7c00);
    expect(floatToHalf(-1e30)).toBe(0xfc00);
    expect(floatToHalf(-Infinity)).toBe(0xfc00);
    expect(floatToHalf(-0)).toBe(0x8000);
  });
});
