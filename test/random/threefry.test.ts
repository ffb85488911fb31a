import { describe, expect, it } from 'vitest';
import { polynomialMutation } from '../../src/random/polynomial-mutation.ts';
import { streams } from '../../src/random/streams.ts';
import { RandomStream, threefry2x32 } from '../../src/random/threefry.ts';

describe('threefry2x32', () => {
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)('gives the published answer for key %j and counter %j', (key, counter, answer) => {
    expect(threefry2x32(key, counter)).toEqual(answer);
  });
});

describe('RandomStream', () => {
  it('gives the same numbers for the same name and others for another', () => {
    const draw = (...path: number[]) =>
      Array.from(
        { length: 8 },
        (
          (stream) => () =>
            stream.uniform()
        )(RandomStream.of(7, ...path)),
      );
    expect(draw(1, 2)).toEqual(draw(1, 2));
    expect(draw(1, 2)).not.toEqual(draw(2, 1));
    expect(draw(1)).not.toEqual(draw(1, 0));
  });

  it('is uniform: every tenth of [0, 1) gets its share within five standard deviations', () => {
    const stream = RandomStream.of(3, 1);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) counts[Math.floor(stream.uniform() * 10)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(9000));
  });

  it('permutes: every number once', () => {
    expect([...RandomStream.of(1, 2).permutation(1000)].sort((a, b) => a - b)).toEqual([
      ...Array(1000).keys(),
    ]);
  });
});

describe('polynomialMutation', () => {
  it('stays in [0, 1], is centred, and moves less than a tenth four times out of five', () => {
    const steps = Array.from({ length: 10_001 }, (_, index) => polynomialMutation(0.5, index / 10_000) - 0.5);
    expect(Math.abs(steps.reduce((sum, step) => sum + step, 0) / steps.length)).toBeLessThan(1e-3);
    // P(|step| < d) = 1 − (1 − d)^(η + 1), by integrating the polynomial's density.
    const share = steps.filter((step) => Math.abs(step) < 0.1).length / steps.length;
    expect(share).toBeCloseTo(1 - 0.9 ** 16, 2);
    expect(polynomialMutation(0, 0)).toBe(0);
    expect(polynomialMutation(1, 0.9999)).toBe(1);
  });
});

it('no two purposes draw the same numbers', () => {
  const numbers = Object.values(streams);
  expect(new Set(numbers).size).toBe(numbers.length);
});
