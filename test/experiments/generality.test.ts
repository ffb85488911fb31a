/** The table of likenesses, from results made up by hand. */
import { expect, test } from 'vitest';
import { generalityRows } from '../../src/experiments/generality.ts';

test('rows give medians, how often a pair of one class wins, and what is kept', () => {
  const rows = generalityRows({
    pictures: { within: [0.5, 0.1], between: [0, 0.2] },
    activations: { within: [0.9, 0.7], between: [0.1, 0.3] },
    layer: 'relu7',
    total: 8,
    disturbed: [{ what: 'turned', kept: 6, confidence: 0.75 }],
  });
  expect(rows.map(({ what, here }) => [what, here])).toEqual([
    ['correlation of two runs’ images', '0.30 within a class, 0.10 between; within wins 75.0 %'],
    [
      'correlation of two runs’ activations (relu7)',
      '0.80 within a class, 0.20 between; within wins 100.0 %',
    ],
    ['class stays the likeliest, turned', '6 of 8 (75.0 %), median confidence 75.00 %'],
  ]);
});
