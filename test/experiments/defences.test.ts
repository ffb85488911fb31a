/** Scores against what they are by hand, and the table from counts made up by hand. */
import { expect, test } from 'vitest';
import {
  energyScore,
  fittedTemperature,
  maxLogit,
  softmax,
  softmaxScore,
  survivors,
  thresholdOf,
} from '../../src/experiments/defence-scores.ts';
import { counted, defenceRows } from '../../src/experiments/defence-step.ts';

const logits = [3, 1, -2];

test('scores are those of their formulas', () => {
  const sum = Math.exp(3) + Math.exp(1) + Math.exp(-2);
  expect([...softmax(logits)]).toEqual(
    [3, 1, -2].map((value) => expect.closeTo(Math.exp(value) / sum, 6) as number),
  );
  expect(energyScore(logits)).toBeCloseTo(Math.log(sum), 10);
  expect(maxLogit(logits)).toBe(3);
  const first = Math.exp(3) / sum;
  expect(softmaxScore(logits)).toBeCloseTo(Math.log(first / (1 - first)), 10);
  const warm = [3, 1, -2].map((value) => Math.exp(value / 5));
  expect(softmaxScore(logits, 5)).toBeCloseTo(Math.log(warm[0]! / (warm[1]! + warm[2]!)), 10);
  expect(softmaxScore([2000, 0, 0])).toBeCloseTo(2000 - Math.log(2), 6);
});

test('the temperature is the one whose confidences are as often right', () => {
  // Named right three times of four: the logits’ difference over T is log 3.
  const rows = Array.from({ length: 40 }, () => [6, 0]);
  const targets = rows.map((_, index) => (index % 4 === 0 ? 1 : 0));
  expect(fittedTemperature(rows, targets)).toBeCloseTo(6 / Math.log(3), 3);
});

test('a threshold lets 95 of 100 pass, and only who is named right survives', () => {
  const verdicts = Array.from({ length: 100 }, (_, index) => ({ named: index % 2, score: index }));
  const threshold = thresholdOf(verdicts);
  expect(verdicts.filter(({ score }) => score >= threshold)).toHaveLength(95);
  expect(
    survivors(
      verdicts,
      verdicts.map(() => 1),
      threshold,
    ),
  ).toBe(48);
  expect(
    survivors(
      verdicts,
      verdicts.map(() => 1),
    ),
  ).toBe(50);
});

const verdicts = [5, 6, 7, 8, 9, 1].map((score) => ({ named: 0, score }));

test('the first real images set the threshold, the others try it', () => {
  expect(counted('x', verdicts, [0, 0, 0, 1, 0, 0], [2, 2, 1, 1])).toEqual({
    ...{ what: 'x', accuracy: 0.5, passing: 1, survive: [1, 0] },
  });
  expect(counted('x', verdicts.slice(4), [0, 0], [0, 0, 1, 1])).toEqual({
    ...{ what: 'x', accuracy: null, passing: null, survive: [1, 1] },
  });
});

test('rows leave out what real images would say where there are none', () => {
  const one = { what: 'x', accuracy: 0.5, passing: 1, survive: [1, 0] };
  const found = {
    kinds: ['as usual', 'against shifts'],
    total: 2,
    calibrating: 0,
    real: 0,
    temperature: null,
  };
  const rows = defenceRows({ ...found, defences: [one, { ...one, accuracy: null, passing: null }] });
  expect(rows.map(({ here }) => here)).toEqual([
    'real: 50.0 % right, 100.0 % pass; fooling: as usual 1 of 2, against shifts 0 of 2',
    'fooling: as usual 1 of 2, against shifts 0 of 2',
  ]);
});
