import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AscentSettingsError } from '../../../src/ascent/settings-error.ts';
import { hyperparameterNames, stepRules } from '../../../src/ascent/optimiser/hyperparameters.ts';
import { defaultRanges, parseRanges } from '../../../src/ascent/search/ranges.ts';

const file = 'ranges.json';
const parse = (json: unknown) => parseRanges(json, file);

describe('ranges of a search are read', () => {
  test('in each of their forms', () => {
    const ranges = {
      stepRule: ['constant', 'progress'],
      stepSize: { from: 0.01, to: 100, scale: 'log' },
      largest: 1e6,
      early: { values: [0.02, 0.03] },
      late: { from: 0.1, to: 1 },
      momentum: 0.9,
      decay: { from: 0, to: 0.5 },
      blurRadius: { values: [0, 0.3, 1] },
      blurEvery: { from: 1, to: 8 },
      smallNorm: { values: [0, 0, 50] },
      smallContribution: { from: 0, to: 99.9 },
    };
    expect(parse(ranges)).toEqual(ranges);
    expect(parse({})).toEqual({});
    expect(parse({ blurRadius: { from: 0.3, to: 2 } })).toEqual({ blurRadius: { from: 0.3, to: 2 } });
  });

  test.each(stepRules)('as those that are usual for %s', (rule) => {
    const ranges = defaultRanges(rule);
    expect(parse(JSON.parse(JSON.stringify(ranges)))).toEqual(ranges);
    expect(Object.keys(ranges)).toContain(rule === 'progress' ? 'largest' : 'stepSize');
  });

  test('as JSON or refused with an AscentSettingsError, whatever it is', () => {
    const key = fc.constantFrom('stepRule', '__proto__', 'stepsize', ...hyperparameterNames);
    const number = fc.oneof(fc.double(), fc.constantFrom(0, 0.3, 1, 2, 100));
    const numbers = fc.record(
      { from: number, to: number, scale: fc.constantFrom('log', 'ln'), values: fc.array(number) },
      { requiredKeys: [] },
    );
    const near = fc.dictionary(key, fc.oneof(number, numbers, fc.jsonValue()));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), near), (json) => {
        try {
          parse(json);
        } catch (error) {
          expect(error).toBeInstanceOf(AscentSettingsError);
          expect((error as Error).message).toMatch(/^ranges\.json: ./);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('ranges of a search are refused', () => {
  const forms = 'expected a number, {"from": …, "to": …}, perhaps with "scale": "log", or {"values": […]}';
  test.each<[unknown, string]>([
    [[], 'expected an object whose keys are hyper-parameters'],
    [null, 'expected an object whose keys are hyper-parameters'],
    [{ momentun: 0.5 }, '"momentun" is unknown; was momentum meant?'],
    [{ blur: 0.5 }, '"blur" is unknown; expected stepRule, stepSize, largest'],
    [{ learningRate: 0.5 }, '"learningRate" is unknown; expected stepRule, stepSize, largest'],
    [{ decay: '0.1' }, `decay: ${forms}`],
    [{ decay: {} }, `decay: ${forms}`],
    [{ decay: { from: 0 } }, `decay: ${forms}`],
    [{ decay: { from: 0, to: 0.5, scale: 'ln' } }, `decay: ${forms}`],
    [{ decay: { form: 0, to: 0.5 } }, `decay: ${forms}`],
    [{ decay: { values: [] } }, 'decay.values: expected at least one value'],
    [
      { decay: { from: 0.1, to: 0.2, step: 1 } },
      'decay: "step" is unknown; expected from, to, scale, values',
    ],
    [{ stepRule: 'constant' }, 'stepRule: expected a list of step rules'],
    [{ stepRule: [] }, 'stepRule: expected at least one step rule'],
    [{ stepRule: ['adams'] }, 'stepRule.0: expected one of constant, progress, normalised, sign, adam'],
    [{ decay: 1 }, 'decay: 1 is out of range, expected a number from 0 to below 1'],
    [{ decay: { from: 0, to: 1 } }, 'decay: 1 is out of range, expected a number from 0 to below 1'],
    [{ decay: { values: [0, -0.1] } }, 'decay: -0.1 is out of range, expected a number from 0 to below 1'],
    [{ momentum: { from: 0.5, to: 1.5 } }, 'momentum: 1.5 is out of range'],
    [{ stepSize: { from: 0, to: 1 } }, 'stepSize: 0 is out of range, expected a number above 0'],
    [{ smallNorm: 100 }, 'smallNorm: 100 is out of range, expected a number from 0 to below 100'],
    [{ blurRadius: 0.2 }, 'blurRadius: 0.2 is out of range, expected 0 for none, or a number from 0.3'],
    [
      { blurRadius: { from: 0, to: 1 } },
      'blurRadius: not every number from 0 to 1 is allowed, expected 0 for none, or a number from 0.3',
    ],
    [{ blurEvery: 2.5 }, 'blurEvery: 2.5 is out of range, expected a whole number from 1'],
    [{ blurEvery: { from: 1, to: 2.5 } }, 'blurEvery: 2.5 is out of range'],
    [{ decay: { from: 0.2, to: 0.1 } }, 'decay: from 0.2 is more than to 0.1'],
    [
      { decay: { from: 0, to: 0.1, scale: 'log' } },
      'decay: a logarithmic scale begins above 0: raise from, or list values',
    ],
    [
      { decay: 2, momentum: 2 },
      'momentum: 2 is out of range, expected a number from 0 to below 1; decay: 2 is out of range',
    ],
    [{ decay: 2, momentum: 2, early: 2, late: 2 }, '(and 1 more)'],
  ])('%j: %s', (json, message) => {
    expect(() => parse(json)).toThrow(AscentSettingsError);
    expect(() => parse(json)).toThrow(message);
    expect(() => parse(json)).toThrow(/^ranges\.json: /);
  });
});
