import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBimodal } from '../../bench/sampling/humps.ts';
import { sampleOf } from '../../bench/sampling/sampling.ts';
import { around } from './results.ts';

describe('samples have two humps', () => {
  test('where a clock rose midway', () => {
    expect(isBimodal([...around(0.95, 0.02, 25), ...around(0.23, 0.02, 25)])).toBe(true);
    // In whatever order and unit.
    expect(isBimodal([...around(230, 0.02, 10), ...around(950, 0.05, 30)])).toBe(true);
  });

  test('and a stray sample or two beside them', () => {
    expect(isBimodal([...around(0.95, 0.02, 25), ...around(0.23, 0.02, 25), 1.25, 0.31])).toBe(true);
  });
});

describe('samples have one hump', () => {
  test.each([
    ['a narrow one', around(1, 0.01, 50)],
    ['a wide one', around(1, 0.6, 50)],
    ['one with some disturbed samples', [...around(1, 0.02, 45), ...around(5, 0.1, 5)]],
    ['groups less than a quarter apart', [...around(1, 0.005, 25), ...around(1.2, 0.005, 25)]],
    ['groups as wide as what is between them', [...around(1, 0.2, 25), ...around(2, 0.2, 25)]],
    ['too few to tell', [1, 1, 1, 5, 5, 5]],
    ['a clock too coarse to tell', [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]],
    ['none', []],
  ])('%s', (_, times) => {
    expect(isBimodal(times)).toBe(false);
  });

  test('where they spread as the sum of many small things does', () => {
    const small = fc.double({ min: -1, max: 1, noNaN: true });
    const sum = fc.array(small, { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(sum, { minLength: 40, maxLength: 60 }), (samples) => {
        const times = samples.map((parts) => 10 + parts.reduce((total, part) => total + part, 0) / 12);
        expect(isBimodal(times)).toBe(false);
      }),
    );
  });
});

test('a row says so, whatever samples it keeps', () => {
  const two = [...around(0.95, 0.02, 100), ...around(0.23, 0.02, 100)];
  expect(sampleOf(two)).toMatchObject({ humps: 2, samples: 200 });
  expect(sampleOf(around(1, 0.02, 200))).not.toHaveProperty('humps');
});
