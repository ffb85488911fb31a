import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ObjectiveError, checkObjective } from '../../../src/ascent/objective/check-objective.ts';
import {
  classObjectives,
  formatObjective,
  leavingObjective,
  parseObjective,
} from '../../../src/ascent/objective/parse-objective.ts';
import { architectureNames } from '../../../src/model/architectures/index.ts';
import { placeLayers } from '../../../src/network/placement.ts';
import { modelOf, termLists } from '../objectives.ts';

const caffenet = modelOf('caffenet', 1000);
const torchvision = modelOf('alexnet-torchvision', 1000);
const lenet = modelOf('lenet', 10);
const unit = (layer: string, channel: number, weight = 1, place?: readonly [number, number]) =>
  ({ of: 'unit', layer, channel, weight, ...(place && { place }) }) as const;

describe('an objective is read', () => {
  test('as one unit: a place, the mean of a channel, a neuron, a class', () => {
    const cases = {
      'conv5:12,6,7': unit('conv5', 12, 1, [6, 7]),
      'conv5:12': unit('conv5', 12),
      'fc6:7': unit('fc6', 7),
      'fc6:7,0,0': unit('fc6', 7),
      'probability:12': { of: 'probability', class: 12, weight: 1 },
      'logit:12': { of: 'logit', class: 12, weight: 1 },
      'log-probability:12': { of: 'log-probability', class: 12, weight: 1 },
      'fc8:3': { of: 'logit', class: 3, weight: 1 },
      'fc8:3,0,0': { of: 'logit', class: 3, weight: 1 },
    };
    for (const [text, term] of Object.entries(cases)) {
      expect(parseObjective(text, caffenet).terms).toEqual([term]);
    }
  });

  test('as a sum with factors, whatever the blanks', () => {
    const terms = [
      { of: 'logit', class: 12, weight: 1 },
      { of: 'probability', class: 7, weight: -0.5 },
      unit('conv3', 4, 0.1),
    ];
    const name = 'logit:12 - 0.5 * probability:7 + 0.1 * conv3:4';
    for (const text of [
      name,
      'logit:12-.5*probability:7+1e-1*conv3:4',
      ' + fc8 : 12 -0.50 * probability:7\n+.1* conv3:4 ',
    ]) {
      expect(parseObjective(text, caffenet)).toEqual({ name, terms, watched: 12 });
    }
    expect(parseObjective('-conv3:4,0,12', caffenet).name).toBe('-conv3:4,0,12');
  });

  test('with a place as column and row', () => {
    const oblong = { ...lenet, architecture: { ...lenet.architecture, input: [1, 28, 36] as const } };
    expect(parseObjective('conv1:0,31,23', oblong).terms).toEqual([unit('conv1', 0, 1, [31, 23])]);
    expect(() => parseObjective('conv1:0,23,31', oblong)).toThrow(
      'unit conv1:0,23,31: conv1 has the columns 0 to 31 and the rows 0 to 23, not 23,31',
    );
  });

  test('with names that have dots and digits, as torchvision gives them', () => {
    const { terms } = parseObjective('features.12:3,5,5-2*classifier.6:1', torchvision);
    expect(terms).toEqual([unit('features.12', 3, 1, [5, 5]), { of: 'logit', class: 1, weight: -2 }]);
  });

  test.each(architectureNames)('for every layer of %s that has values', (name) => {
    const model = modelOf(name, 12);
    for (const { layer } of placeLayers(model.architecture, false)) {
      expect(parseObjective(`${layer.name}:11`, model).terms).toHaveLength(1);
    }
  });

  test.each([
    ['logit:3 - probability:4', 3],
    ['logit:3 + 2 * probability:3', 3],
    ['logit:3 + logit:4', null],
    ['-logit:3', null],
    ['conv1:3', null],
    ['conv1:3 + 0.1 * logit:0', 0],
  ])('and of %s watches the class %s', (text, watched) => {
    expect(parseObjective(text, lenet).watched).toBe(watched);
  });
});

describe('an objective is refused', () => {
  test.each([
    ['conv5:300', 'conv5 has the channels 0 to 255, not 300'],
    ['fc6:4096', 'fc6 has the channels 0 to 4095, not 4096'],
    ['fc8:1000', 'fc8 has the channels 0 to 999, not 1000'],
    ['probability:1000', 'probability has the classes 0 to 999, not 1000'],
    ['conv5:12,13,0', 'conv5 has the columns 0 to 12 and the rows 0 to 12, not 13,0'],
    ['conv5:12,0,13', 'conv5 has the columns 0 to 12 and the rows 0 to 12, not 0,13'],
    ['fc6:7,1,0', 'fc6 has one value per channel: leave the place 1,0 out'],
    ['logit:7,0,0', 'a logit has no place: leave 0,0 out'],
    ['conv6:1', 'caffenet has no layer conv6; was conv1 meant?'],
    ['Conv5:1', 'caffenet has no layer Conv5; was conv5 meant?'],
    ['probabilty:1', 'caffenet has no layer probabilty; was probability meant?'],
    ['xyzzy:1', 'caffenet has no layer xyzzy; it has conv1, relu1, pool1, norm1, conv2'],
    ['drop6:1', 'drop6 is there in training only; its values are those of relu6'],
    ['0 * logit:1', 'the factor 0 of a unit is zero in 32 bits'],
    ['1e-60*logit:1', 'the factor 1e-60 of a unit is zero in 32 bits'],
    ['1e39*logit:1', 'the factor 1e+39 of a unit is not finite in 32 bits'],
    ['1e999*logit:1', 'the factor Infinity of a unit is not finite'],
    ['logit:1 + 2*logit:1', 'logit:1 stands there twice: add its factors up'],
    ['logit:1 - fc8:1', 'logit:1 stands there twice'],
    ['fc6:1 + fc6:1,0,0', 'fc6:1 stands there twice'],
    ['', 'expected a unit, e.g. logit:3'],
    ['logit:1 +', 'expected a unit, e.g. logit:3 or 0.5 * conv1:12,6,6, at “+”'],
    ['logit:1 logit:2', 'expected + or - before “logit:2”'],
    ['conv5:1,2', 'expected a place of two numbers, x,y, at “,2”'],
    ['conv5:1,2,3,4', 'expected a place of two numbers, x,y, at “,4”'],
    ['logit:-1', 'expected a unit'],
    ['logit:1.5', 'expected a unit'],
    ['logit', 'expected a unit'],
    ['0.5 logit:1', 'expected a unit'],
    ['1.2.3*logit:1', 'expected a unit'],
    ['2*3*logit:1', 'expected a unit'],
    ['--logit:1', 'expected a unit'],
  ])('%s: %s', (text, message) => {
    expect(() => parseObjective(text, caffenet)).toThrow(ObjectiveError);
    expect(() => parseObjective(text, caffenet)).toThrow(`unit ${text}: ${message}`);
  });

  test('where it names a pool that changes nothing', () => {
    expect(() => parseObjective('avgpool:0', torchvision)).toThrow(
      'avgpool changes nothing in alexnet-torchvision; its values are those of features.12',
    );
    expect(() => parseObjective('classifier.0:0', torchvision)).toThrow(
      'its values are those of features.12',
    );
  });

  test('with an ObjectiveError and nothing else, whatever the text', () => {
    const pieces = fc.constantFrom(
      ...[
        'logit',
        'log-probability',
        'conv5',
        'drop6',
        'fc6',
        ':',
        ':',
        '1',
        '12',
        ',',
        '+',
        '-',
        '*',
        '.',
        'e9',
        ' ',
      ],
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 20 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const objective = parseObjective(text, caffenet);
          checkObjective(objective, caffenet);
          expect(parseObjective(objective.name, caffenet)).toEqual(objective);
        } catch (error) {
          expect(error).toBeInstanceOf(ObjectiveError);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('in no time, however long it is', () => {
    for (const text of [
      '1'.repeat(200_000),
      ' '.repeat(200_000),
      `logit:1${','.repeat(200_000)}`,
      'a.'.repeat(20_000),
    ]) {
      expect(() => parseObjective(text, lenet)).toThrow(ObjectiveError);
    }
  }, 2000);
});

describe('an objective as text', () => {
  test.each(architectureNames)('is read back as it was, for %s', (name) => {
    const model = modelOf(name, 12);
    fc.assert(
      fc.property(termLists(model), (terms) => {
        const text = formatObjective({ terms });
        const objective = parseObjective(text, model);
        expect(objective.terms).toEqual(terms);
        expect(objective.name).toBe(text);
      }),
    );
  });
});

describe('objectives of classes', () => {
  test('raise one class each and lower those to avoid', () => {
    expect(classObjectives([3, 5], 'logit', [7, 8], lenet)).toEqual(
      [3, 5].map((wanted) => ({
        name: `class ${String(wanted)}`,
        watched: wanted,
        terms: [
          { of: 'logit', class: wanted, weight: 1 },
          { of: 'logit', class: 7, weight: -1 },
          { of: 'logit', class: 8, weight: -1 },
        ],
      })),
    );
    expect(classObjectives([0], 'log-probability', [], lenet)[0]!.terms).toEqual([
      { of: 'log-probability', class: 0, weight: 1 },
    ]);
  });

  test('are of classes that the model has', () => {
    expect(() => classObjectives([3, 10], 'probability', [], lenet)).toThrow(
      new ObjectiveError('probability has the classes 0 to 9, not 10'),
    );
    expect(() => classObjectives([3], 'logit', [-1], lenet)).toThrow('logit has the classes 0 to 9, not -1');
    expect(() => classObjectives([1.5], 'logit', [], lenet)).toThrow('not 1.5');
  });

  test('do not want what they avoid, nor the same twice', () => {
    expect(() => classObjectives([4], 'logit', [4], lenet)).toThrow(
      'class 4 is named by both class and avoid, and nothing else is wanted',
    );
    expect(() => classObjectives([3, 4], 'logit', [5, 4], lenet)).toThrow(
      'class 4 is named by both class and avoid: leave it out of one of them',
    );
    expect(() => classObjectives([3, 4, 3], 'logit', [], lenet)).toThrow('class: 3 stands there twice');
    expect(() => classObjectives([3], 'logit', [4, 4], lenet)).toThrow('avoid: 4 stands there twice');
  });
});

test('leaving a class goes by its name, where it has one that says more than its number', () => {
  const leaving = (label?: string) => leavingObjective(1, 'logit', caffenet, label);
  expect(leaving('n01443537 goldfish, Carassius auratus')).toEqual({
    name: 'away from goldfish',
    terms: [{ of: 'logit', class: 1, weight: -1 }],
    watched: null,
  });
  for (const label of [undefined, '', '1']) expect(leaving(label).name).toBe('away from class 1');
  expect(() => leavingObjective(1000, 'logit', caffenet)).toThrow(ObjectiveError);
});

describe('an objective made by hand', () => {
  test('is held against the model like one that was read', () => {
    const objective = (term: Parameters<typeof formatObjective>[0]['terms'][number]) => ({
      name: 'mine',
      terms: [term],
      watched: null,
    });
    expect(() => {
      checkObjective({ name: 'mine', terms: [], watched: null }, lenet);
    }).toThrow('mine names no unit');
    for (const term of [
      unit('conv1', 20),
      unit('conv1', 0.5),
      unit('conv1', 0, NaN),
      unit('conv1', 0, 1, [24, 0]),
      unit('conv1', 0, 1, [0, -1]),
    ]) {
      expect(() => {
        checkObjective(objective(term), lenet);
      }).toThrow(ObjectiveError);
    }
    checkObjective(objective(unit('conv1', 19, -1, [23, 23])), lenet);
  });
});
