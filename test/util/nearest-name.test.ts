import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearestName } from '../../src/util/nearest-name.ts';

describe('the edit distance', () => {
  test.each([
    ['kitten', 'sitting', 3],
    ['conv5', 'conv5', 0],
    ['', 'relu', 4],
    ['relu', '', 4],
    ['flaw', 'lawn', 2],
  ])('from "%s" to "%s" is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  test('is a metric', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe('the nearest name', () => {
  test('is the one with the fewest changes, the first of several', () => {
    expect(nearestName('momentun', ['decay', 'momentum'])).toBe('momentum');
    expect(nearestName('conv6', ['conv1', 'conv2'])).toBe('conv1');
  });

  test('is none where more than half would change', () => {
    expect(nearestName('xyz', ['conv1', 'relu1'])).toBeUndefined();
    expect(nearestName('ab', ['ac'])).toBe('ac');
    expect(nearestName('abc', ['xyc'])).toBeUndefined();
    expect(nearestName('abc', [])).toBeUndefined();
  });
});
