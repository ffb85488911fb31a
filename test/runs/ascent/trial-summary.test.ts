import { expect, test } from 'vitest';
import type { AscentRow } from '../../../src/runs/ascent/schema.ts';
import { bestTrial, summariseRows, summariseTrial } from '../../../src/runs/ascent/trial-summary.ts';
import { fakeAscent } from '../../report/fake-ascent.ts';

const { rows, run } = fakeAscent({ objectives: 3, unit: true });
const [wanted, , unit] = run.settings.objectives;

const trialOf = (name: string, row: Partial<AscentRow>, objective = unit!) =>
  summariseTrial({ name, climb: run.settings.trials[0]!.climb }, [{ ...rows[2]!, ...row }], [objective]);

test('trials of units are compared by the value that they reached, not by what the network names', () => {
  const low = trialOf('low', { value: 3, confidence: 0.99999 });
  const high = trialOf('high', { value: 7, confidence: 0.1 });
  expect([low.medianValue, high.medianValue]).toEqual([3, 7]);
  expect(bestTrial([low, high])!.name).toBe('high');
  expect(bestTrial([high, low])!.name).toBe('high');
});

test('trials of classes are compared by confidence', () => {
  const low = trialOf('low', { value: 7, confidence: 0.4 }, wanted);
  const high = trialOf('high', { value: 3, confidence: 0.5 }, wanted);
  expect(low).not.toHaveProperty('medianValue');
  expect(bestTrial([low, high])!.name).toBe('high');
});

test('a summary has confidences of the classes that are wanted, and values of the rest', () => {
  const some = rows.map((row, index) => ({ ...row, confidence: [0.5, 0.7, 0.99999][index]! }));
  const { objectives, start } = run.settings;
  expect(summariseRows(some, { objectives, start })).toMatchObject({
    medianConfidence: 0.6,
    minConfidence: 0.5,
    cellsAbove9999: 0,
    values: [{ objective: 'conv2:12,6,6', start: -3, end: 12.5 }],
  });
  const alone = summariseRows(some.slice(2), { objectives: objectives.slice(2), start });
  expect(Object.keys(alone)).toEqual(['values']);
});
