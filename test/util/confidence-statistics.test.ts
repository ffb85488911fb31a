import fc from 'fast-check';
import { expect, test } from 'vitest';
import { summarise } from '../../src/util/confidence-statistics.ts';

/** The median by its definition: as many values are below as above. */
function naiveMedian(values: readonly number[]): number {
  const rest = [...values];
  while (rest.length > 2) {
    rest.splice(rest.indexOf(Math.min(...rest)), 1);
    rest.splice(rest.indexOf(Math.max(...rest)), 1);
  }
  return rest.length === 1 ? rest[0]! : (rest[0]! + rest[1]!) / 2;
}

test('agrees with the definitions for any confidences', () => {
  const confidences = fc.array(
    fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 0.99, 1)),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(confidences, (values) => {
      let sum = 0;
      for (const value of values) sum += value;
      const { median, mean, min, best, qdScore, above90, above99, above9999 } = summarise(values);
      expect(qdScore).toBeCloseTo(sum, 10);
      expect(above90).toBe(values.filter((value) => value >= 0.9).length);
      expect(above9999).toBe(values.filter((value) => value >= 0.9999).length);
      expect(median).toBe(naiveMedian(values));
      expect(mean).toBeCloseTo(sum / values.length, 12);
      expect(min).toBe(Math.min(...values));
      expect(best).toBe(Math.max(...values));
      expect(above99).toBe(values.filter((value) => value >= 0.99).length);
    }),
  );
});

test('sorts by number, not by text, and leaves its argument alone', () => {
  const values = [1e-7, 0.5, 0.2];
  expect(summarise(values)).toMatchObject({ median: 0.2, min: 1e-7, best: 0.5 });
  expect(values).toEqual([1e-7, 0.5, 0.2]);
});

test('gives one confidence as all of its statistics', () => {
  expect(summarise([0.99])).toEqual({
    ...{ median: 0.99, mean: 0.99, min: 0.99, best: 0.99, qdScore: 0.99 },
    ...{ above90: 1, above99: 1, above9999: 0 },
  });
});
