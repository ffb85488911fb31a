import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ObjectiveError } from '../../src/ascent/objective/check-objective.ts';
import { checkClimb, checkSettings } from '../../src/ascent/check-settings.ts';
import { AscentSettingsError } from '../../src/ascent/settings-error.ts';
import { parseObjective } from '../../src/ascent/objective/parse-objective.ts';
import type {
  AscentSettings,
  Ball,
  Climb,
  ParametrisationSettings,
  Start,
} from '../../src/ascent/settings.ts';
import { model, plainClimb, plainSettings, validClimbs, validSettings } from './settings.ts';

function messageOfSettings(changes: Partial<AscentSettings>): string {
  try {
    checkSettings({ ...plainSettings, ...changes }, model);
  } catch (error) {
    expect(error).toBeInstanceOf(AscentSettingsError);
    return (error as Error).message;
  }
  return 'fine';
}

const withClimb = (climb: Partial<Climb>, changes: Partial<AscentSettings> = {}): string =>
  messageOfSettings({ ...changes, trials: [{ name: 'trial 0', climb: { ...plainClimb, ...climb } }] });

const picture: Extract<Start, { readonly from: 'picture' | 'pictures' }> = { from: 'picture', noise: 0 };
const ball: Ball = { norm: 'linf', radius: 8 };
const fourier: ParametrisationSettings = { kind: 'fourier' };
const cppn: ParametrisationSettings = { kind: 'cppn', coordinates: 'pixels', mutations: 3 };
const progress = { rule: 'progress', largest: 1e6, early: 0.03, late: 0.1 } as const;

describe('settings that make sense', () => {
  test('pass', () => {
    fc.assert(
      fc.property(validSettings, (settings) => {
        checkSettings(settings, model);
      }),
      { numRuns: 1000 },
    );
  });

  test('pass at the ends of what is allowed', () => {
    expect(withClimb({ blur: { radius: 0.3, every: 1 } })).toBe('fine');
    expect(withClimb({ blur: { radius: 28, every: 1 } })).toBe('fine');
    expect(withClimb({ decay: 0.01 }, { start: picture })).toBe('fine');
    expect(withClimb({ blur: { radius: 1, every: 4 } }, { start: picture, ball })).toBe('fine');
    expect(withClimb({ decay: 0.01 }, { parametrisation: fourier })).toBe('fine');
    expect(withClimb({ step: { rule: 'normalised', size: 1 }, momentum: 0.9 })).toBe('fine');
    expect(messageOfSettings({ until: 1 })).toBe('fine');
    expect(messageOfSettings({ transformation: { jitter: 13.99, rotate: 180, scale: 0.5 } })).toBe('fine');
  });
});

describe('a climb is refused', () => {
  test.each<[Partial<Climb>, string]>([
    [{ step: { rule: 'constant', size: 0 } }, 'stepSize is 0, expected a number above 0'],
    [{ step: { rule: 'sign', size: -1 } }, 'stepSize is -1, expected a number above 0'],
    [{ step: { rule: 'adam', size: NaN } }, 'stepSize is NaN, expected a number above 0'],
    [{ step: { rule: 'normalised', size: 1e39 } }, 'stepSize is 1e+39, expected a number above 0'],
    [
      { step: { ...progress, largest: Infinity } },
      'largest of stepRule progress is Infinity, expected a number above 0',
    ],
    [
      { step: { ...progress, early: 0 } },
      'early of stepRule progress is 0, expected a number above 0, at most 1',
    ],
    [
      { step: { ...progress, late: 1.5 } },
      'late of stepRule progress is 1.5, expected a number above 0, at most 1',
    ],
    [{ momentum: 1 }, 'momentum is 1, expected a number from 0 to below 1'],
    [{ momentum: -0.1 }, 'momentum is -0.1, expected a number from 0 to below 1'],
    [{ decay: 1 }, 'decay is 1, expected a number from 0 to below 1'],
    [{ decay: -0.1 }, 'decay is -0.1, expected a number from 0 to below 1'],
    [{ blur: { radius: 0.29, every: 4 } }, 'blurRadius is 0.29, expected 0 for none, or a number from 0.3'],
    [{ blur: { radius: 0, every: 4 } }, 'blurRadius is 0 yet there is a blur: leave the blur out'],
    [{ blur: { radius: NaN, every: 4 } }, 'blurRadius is NaN, expected 0 for none, or a number from 0.3'],
    [{ blur: { radius: 1, every: 0 } }, 'blurEvery is 0, expected a whole number from 1'],
    [{ blur: { radius: 1, every: 1.5 } }, 'blurEvery is 1.5, expected a whole number from 1'],
    [{ smallNorm: 100 }, 'smallNorm is 100, expected a number from 0 to below 100'],
    [{ smallNorm: -1 }, 'smallNorm is -1, expected a number from 0 to below 100'],
    [{ smallContribution: 100 }, 'smallContribution is 100, expected a number from 0 to below 100'],
    [{ smallContribution: NaN }, 'smallContribution is NaN, expected a number from 0 to below 100'],
  ])('%j: %s', (change, message) => {
    expect(() => {
      checkClimb({ ...plainClimb, ...change });
    }).toThrow(AscentSettingsError);
    expect(withClimb(change)).toBe(message);
  });

  test.each([progress, { rule: 'sign', size: 1 } as const, { rule: 'adam', size: 1 } as const])(
    'with a momentum beside the step rule of %j',
    (step) => {
      checkClimb({ ...plainClimb, step });
      expect(withClimb({ step, momentum: 0.5 })).toBe(
        `stepRule ${step.rule} with momentum 0.5: a movement goes on with the step rules constant and normalised only; leave momentum out, or choose one of these`,
      );
    },
  );

  test('and nothing that is within its limits', () => {
    fc.assert(
      fc.property(validClimbs, (climb) => {
        checkClimb(climb);
      }),
    );
  });
});

describe('settings are refused', () => {
  test.each<[Partial<AscentSettings>, string]>([
    [{ objectives: [] }, 'there is nothing to climb: name a class or a unit'],
    [{ trials: [] }, 'there is no trial: give at least one climb'],
    [{ steps: 0 }, 'steps is 0, expected a whole number from 1'],
    [{ steps: 1.5 }, 'steps is 1.5, expected a whole number from 1'],
    [{ seed: -1 }, 'seed is -1, expected a whole number from 0'],
    [{ batch: 0 }, 'batch is 0, expected 4, 8, 12 and so on: four images share a vector'],
    [{ batch: 6 }, 'batch is 6, expected 4, 8, 12 and so on'],
    [{ start: { from: 'gaussian', size: -1 } }, 'noise is -1, expected a number of bytes from 0'],
    [{ start: { from: 'uniform', size: Infinity } }, 'noise is Infinity, expected a number of bytes from 0'],
    [{ start: { ...picture, noise: NaN } }, 'noise is NaN, expected a number of bytes from 0'],
    [
      { parametrisation: fourier, start: picture },
      'parametrisation fourier cannot start from a picture: choose parametrisation pixel, or another start',
    ],
    [
      { parametrisation: cppn, start: picture },
      'parametrisation cppn cannot start from a picture: choose parametrisation pixel, or another start',
    ],
    [
      { parametrisation: fourier, ball },
      'parametrisation fourier with ball: the picture cannot be kept in a ball',
    ],
    [{ parametrisation: cppn, ball }, 'parametrisation cppn with ball: the picture cannot be kept in a ball'],
    [
      { parametrisation: { ...cppn, mutations: -1 } },
      'parametrisation cppn with -1 mutations: expected a whole number from 0',
    ],
    [
      { parametrisation: { ...cppn, genomes: [] } },
      'parametrisation cppn has 0 genomes for 1 objectives: expected one for each',
    ],
    [{ ball }, 'ball linf without a picture to be its centre: give one with start, or leave ball out'],
    [
      { ball: { norm: 'l2', radius: 0 }, start: picture },
      'radius of ball l2 is 0, expected a number of bytes from 1: a byte changes by no less',
    ],
    [{ ball: { norm: 'l2', radius: NaN }, start: picture }, 'radius of ball l2 is NaN'],
    [{ ball: { norm: 'linf', radius: 1e39 }, start: picture }, 'radius of ball linf is 1e+39'],
    [{ until: 0 }, 'until is 0, expected a confidence above 0, at most 1'],
    [{ until: 1.01 }, 'until is 1.01, expected a confidence above 0, at most 1'],
    [
      { until: 0.9, objectives: [parseObjective('conv1:3', model)] },
      'until 0.9 with conv1:3, which raises no single class',
    ],
  ])('%j: %s', (changes, message) => {
    expect(messageOfSettings(changes)).toContain(message);
  });

  test.each([
    [{ jitter: 14 }, 'jitter is 14, expected a number of pixels from 0 to below 14, half of the image'],
    [{ jitter: -1 }, 'jitter is -1'],
    [{ jitter: NaN }, 'jitter is NaN'],
    [{ rotate: -1 }, 'rotate is -1, expected a number of degrees from 0 to 180'],
    [{ rotate: 181 }, 'rotate is 181'],
    [{ scale: 0.51 }, 'scale is 0.51, expected a share from 0 to 0.5'],
    [{ scale: -0.1 }, 'scale is -0.1'],
  ])('where the picture is moved by %j: %s', (change, message) => {
    expect(messageOfSettings({ transformation: { jitter: 0, rotate: 0, scale: 0, ...change } })).toContain(
      message,
    );
  });

  test.each<[Partial<Climb>, Partial<AscentSettings>, string]>([
    [
      { blur: { radius: 1, every: 4 } },
      { parametrisation: fourier },
      'blurRadius acts on pixels and parametrisation fourier has none',
    ],
    [
      { smallNorm: 10 },
      { parametrisation: fourier },
      'smallNorm acts on pixels and parametrisation fourier has none',
    ],
    [
      { smallContribution: 10 },
      { parametrisation: cppn },
      'smallContribution acts on pixels and parametrisation cppn has none',
    ],
    [
      { decay: 0.01 },
      { ball, start: picture },
      'decay 0.01 with ball: it pulls to the mean image, out of the ball',
    ],
    [{ smallNorm: 10 }, { ball, start: picture }, 'smallNorm with ball: it sets pixels to the mean image'],
    [
      { smallContribution: 10 },
      { ball, start: picture },
      'smallContribution with ball: it sets pixels to the mean',
    ],
    [{ blur: { radius: 28.1, every: 4 } }, {}, 'blurRadius is 28.1, more than the 28 pixels of the image'],
  ])('where %j meets %j: %s', (climb, changes, message) => {
    expect(withClimb(climb, changes)).toContain(message);
  });

  test('with the name of the trial, where there are several', () => {
    const trials = [
      { name: 'trial 0', climb: plainClimb },
      { name: 'trial 1', climb: { ...plainClimb, decay: 2 } },
    ];
    expect(messageOfSettings({ trials })).toBe('trial 1: decay is 2, expected a number from 0 to below 1');
  });

  test('for an objective that the model does not have', () => {
    const terms = [{ of: 'logit', class: 10, weight: 1 }] as const;
    const objectives = [{ name: 'class 10', terms, watched: 10 }];
    expect(() => {
      checkSettings({ ...plainSettings, objectives }, model);
    }).toThrow(new ObjectiveError('logit has the classes 0 to 9, not 10'));
  });
});

describe('progress to 1', () => {
  const climbing = (text: string) =>
    withClimb({ step: progress }, { objectives: [parseObjective(text, model)] });

  test.each([
    'probability:3',
    '0.5*probability:3',
    'probability:3 - probability:4',
    'probability:3 + probability:4',
  ])('can be that of %s', (text) => {
    expect(climbing(text)).toBe('fine');
  });

  test.each([
    'logit:3',
    'log-probability:3',
    'conv1:0',
    'probability:3 + conv1:0',
    '2 * probability:3',
    '-probability:3',
  ])('cannot be that of %s', (text) => {
    expect(climbing(text)).toMatch(/^stepRule progress with .*: it aims at 1/);
  });
});
