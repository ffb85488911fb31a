/** The table of retraining, out of results made by hand; and which pictures are chosen. */
import { expect, test } from 'vitest';
import { chosenPictures } from '../../src/experiments/picture-choice.ts';
import {
  retrainRemarks,
  retrainRows,
  type RoundResult,
} from '../../src/experiments/retrain-imagenet-conclusion.ts';
import { retrainSettings, type RetrainValues } from '../../src/experiments/retrain-imagenet-settings.ts';
import { valuesAt } from '../../src/experiments/experiment-settings.ts';

const values = valuesAt(retrainSettings, 'quick', { generations: 60, epochs: 8 }) as RetrainValues;

function round(median: number, correct: number, alarms: number, recognised?: number): RoundResult {
  const groups = [
    { pictures: 200, correct, alarms },
    { pictures: recognised === undefined ? 0 : 10, correct: 0, alarms: recognised ?? 0 },
  ];
  return {
    runs: [{ best: [], median: [0.1, median], mean: [0.1, median], cells: [], seconds: 1 }],
    judgement: { groups, seconds: 1 },
    ...(recognised !== undefined && { training: { pictures: 1200, steps: 296, seconds: 5 } }),
  };
}

test('the table has the fall of the median, and what it cost', () => {
  const rows = retrainRows(values, [round(0.8, 90, 0), round(0.125, 84, 3, 9)]);
  expect(rows.map(({ what, paper, here }) => [what, paper, here])).toEqual([
    ['median confidence of evolved images, before training', '88.1 %', '80.00 %'],
    ['median confidence of evolved images, after round 1', '11.7 %', '12.50 %'],
    ['pictures named rightly, before training', '57.4 % (CaffeNet)', '45.0 % (90 of 200)'],
    ['pictures named rightly, after round 1', 'not reported', '42.0 % (84 of 200)'],
    ['pictures taken for fooling images, after round 1', 'not reported', '1.5 % (3 of 200)'],
    [
      'fooling images of earlier rounds that are recognised, after round 1',
      'not reported',
      '90.0 % (9 of 10)',
    ],
  ]);
  expect(rows[0]!.differs).toContain('60 generations of 40 children each');
  expect(rows[1]!.differs).toContain('296 steps of 32 pictures (1,200 pictures, 8 epochs');
});

test('a remark says whether the median fell, and whether the network was ruined for it', () => {
  const [fell, stood] = retrainRemarks([round(0.8, 90, 0), round(0.125, 84, 3, 9), round(0.5, 90, 0, 10)]);
  expect(fell).toBe(
    'Round 1. The median fell from 80.00 % to 12.50 %; it names 3.0 percentage points fewer of the pictures rightly.',
  );
  expect(stood).toBe(
    'Round 2. The median did not fall: 12.50 % before, 50.00 % after; it names no fewer of the pictures rightly.',
  );
});

test('at the paper’s scale all settings are the paper’s', () => {
  const { generations, population, crops, runs, layers } = valuesAt(retrainSettings, 'paper');
  expect({ generations, population, crops, runs, layers }).toEqual({
    ...{ generations: 5000, population: 400, crops: '10', runs: 9, layers: 'all' },
  });
});

test('a tenth of each class is kept back, and never trained on, unless there is a folder to judge by', () => {
  const folder = Array.from({ length: 50 }, (_, index) => ({ file: String(index), target: index % 2 }));
  const own = chosenPictures(folder, undefined, { trained: 1000, judged: 1000 });
  expect(own.judged.map(({ file }) => file)).toEqual(['18', '19', '38', '39']);
  expect(own.trained).toHaveLength(46);
  expect(own.trained.filter((picture) => own.judged.includes(picture))).toEqual([]);
  const others = [{ file: 'x', target: 1 }];
  const two = chosenPictures(folder, others, { trained: 3, judged: 5 });
  expect(two.judged).toEqual(others);
  expect(two.trained.map(({ file }) => file)).toEqual(['0', '1', '2', '3', '4', '5']);
});
