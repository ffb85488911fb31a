/** A command line's user reads options where a caller in code reads the names of settings. */
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { checkSettings } from '../../src/ascent/check-settings.ts';
import { classObjectives, parseObjective } from '../../src/ascent/objective/parse-objective.ts';
import { hyperparameterNames } from '../../src/ascent/optimiser/hyperparameters.ts';
import type { AscentSettings, Climb } from '../../src/ascent/settings.ts';
import { withAscend } from '../../src/cli/ascend-options.ts';
import { messageInOptions, optionsOf } from '../../src/cli/option-words.ts';
import { sentence, setting, SettingsError } from '../../src/util/sentence.ts';
import { model, plainClimb, plainSettings } from '../ascent/settings.ts';

const program = new Command('fool');
withAscend(program.command('ascend'));
const options = optionsOf(program);

function bothOf(work: () => void): readonly [library: string, commandLine: string] {
  try {
    work();
  } catch (error) {
    return [(error as Error).message, messageInOptions(error, options)];
  }
  throw new Error('nothing was refused');
}

const settingsWith = (changes: Partial<AscentSettings>) =>
  bothOf(() => {
    checkSettings({ ...plainSettings, ...changes }, model);
  });
const climbWith = (climb: Partial<Climb>) =>
  settingsWith({ trials: [{ name: 'trial 0', climb: { ...plainClimb, ...climb } }] });

test.each<[found: readonly [string, string], library: string, commandLine: string]>([
  [
    climbWith({ step: { rule: 'sign', size: -1 } }),
    'stepSize is -1, expected a number above 0',
    '--step-size is -1, expected a number above 0',
  ],
  [
    climbWith({ blur: { radius: 0.2, every: 1 } }),
    'blurRadius is 0.2, expected 0 for none, or a number from 0.3',
    '--blur is 0.2, expected 0 for none, or a number from 0.3',
  ],
  [
    climbWith({ step: { rule: 'progress', largest: 1, early: 0, late: 0.1 } }),
    'early of stepRule progress is 0, expected a number above 0, at most 1',
    'early of --step-rule progress is 0, expected a number above 0, at most 1',
  ],
  [
    settingsWith({ parametrisation: { kind: 'fourier' }, start: { from: 'picture', noise: 0 } }),
    'parametrisation fourier cannot start from a picture: choose parametrisation pixel, or another start',
    '--param fourier cannot start from a picture: choose --param pixel, or another --start',
  ],
  [
    settingsWith({ objectives: [] }),
    'there is nothing to climb: name a class or a unit',
    'there is nothing to climb: name a --class or a --unit',
  ],
  [
    bothOf(() => parseObjective('conv9:1', model)),
    'unit conv9:1: lenet has no layer conv9; was conv1 meant?',
    '--unit conv9:1: lenet has no layer conv9; was conv1 meant?',
  ],
  [
    bothOf(() => classObjectives([4], 'logit', [4], model)),
    'class 4 is named by both class and avoid, and nothing else is wanted',
    'class 4 is named by both --class and --avoid, and nothing else is wanted',
  ],
])('%j', (found, library, commandLine) => {
  expect(found).toEqual([library, commandLine]);
});

test('every hyper-parameter has an option', () => {
  for (const name of hyperparameterNames) {
    const error = new SettingsError(sentence`${setting(name)} is wrong`);
    expect(messageInOptions(error, options)).toMatch(/^--[a-z-]+ is wrong$/);
  }
});

test('what has no option keeps its name, and other errors their message', () => {
  expect(messageInOptions(new SettingsError(sentence`${setting('transforms')} has 2`), options)).toBe(
    'transforms has 2',
  );
  expect(messageInOptions(new Error('stepSize'), options)).toBe('stepSize');
});
