/** The table of removals, from results made up by hand. */
import { expect, test } from 'vitest';
import { removalRows, removedAt } from '../../src/experiments/repetition-conclusion.ts';
import type { TakenApart } from '../../src/experiments/repetition-outcome.ts';

const taken = (confidences: number[], ranks: number[]): TakenApart => {
  return { class: 0, label: 'a', across: 5, down: 0, likeness: 0.9, confidences, ranks };
};

test('a share of the elements is never more than that share', () => {
  expect([0, 0.2, 0.34, 0.5, 0.7, 0.9].map((share) => removedAt(3, share))).toEqual([0, 0, 1, 1, 2, 2]);
  expect([0, 0.2, 0.4, 0.5, 0.9].map((share) => removedAt(5, share))).toEqual([0, 1, 2, 2, 4]);
});

test('rows count images, and compare each with itself', () => {
  const repeating = [
    taken([0.9, 0.8, 0.1], [0, 0, 3]),
    taken([0.9, 0.95, 0.5, 0.4, 0.2], [0, 0, 0, 1, 1]),
    taken([0.9, 0.8, 0.1], [0, 2, 0]),
  ];
  const rows = removalRows({ pictures: 4, repeating });
  const here = Object.fromEntries(rows.map(({ what, here: text }) => [what, text]));
  expect(here).toEqual({
    'images that repeat an element': '3 of 4',
    'one element less lowers the confidence': '2 of 3 (66.7 %)',
    'median confidence, whole': '90.00 %',
    'median confidence, one element less': '80.00 % (95 % interval 80.00 % to 95.00 %)',
    'median confidence, up to half of the elements less': '80.00 % (95 % interval 50.00 % to 80.00 %)',
    'median confidence, one element left': '10.00 % (95 % interval 10.00 % to 20.00 %)',
    'class stays the likeliest, one element less': '2 of 3 (66.7 %)',
    'class stays the likeliest, up to half of the elements less': '2 of 3 (66.7 %)',
    'class stays the likeliest, one element left': '1 of 3 (33.3 %)',
  });
});

test('where nothing repeats, that is all there is to say', () => {
  expect(removalRows({ pictures: 7, repeating: [] }).map(({ here }) => here)).toEqual(['0 of 7']);
});
