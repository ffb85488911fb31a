import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkClimb } from '../../../src/ascent/check-settings.ts';
import {
  flatten,
  hyperparameterNames,
  hyperparameters,
  isWithin,
  stepRules,
  usualProgress,
  usualSizes,
  type Hyperparameter,
} from '../../../src/ascent/optimiser/hyperparameters.ts';
import { defaultRanges, parseRanges, type Range, type Ranges } from '../../../src/ascent/search/ranges.ts';
import { comparisonTrials, sampleTrials } from '../../../src/ascent/search/trials.ts';
import type { Climb } from '../../../src/ascent/settings.ts';
import { plainClimb, validClimbs } from '../settings.ts';

const base: Climb = { ...plainClimb, step: { rule: 'normalised', size: 7 }, decay: 0.02 };

/** A number that the hyper-parameter may be, small enough to be one of many. */
function numberOf(name: Hyperparameter): fc.Arbitrary<number> {
  const limits = hyperparameters[name];
  const most = Math.min(limits.most, 1000);
  if ('whole' in limits) return fc.integer({ min: limits.least, max: most });
  return fc.double({ min: Math.max(limits.least, 1e-6), max: most, noNaN: true });
}

function rangeOf(name: Hyperparameter): fc.Arbitrary<Range> {
  const number = numberOf(name);
  const ends = fc.tuple(number, number).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
  return fc.oneof(
    number,
    ends,
    ends.map((both) => ({ ...both, scale: 'log' as const })),
    fc.array(number, { minLength: 1, maxLength: 4 }).map((values) => ({ values })),
  );
}

const anyRanges: fc.Arbitrary<Ranges> = fc.record(
  {
    stepRule: fc.array(fc.constantFrom(...stepRules), { minLength: 1, maxLength: 3 }),
    ...(Object.fromEntries(hyperparameterNames.map((name) => [name, rangeOf(name)])) as Record<
      Hyperparameter,
      fc.Arbitrary<Range>
    >),
  },
  { requiredKeys: [] },
);

const anySeed = fc.maxSafeNat();

function holds(range: Range, value: number): boolean {
  if (typeof range === 'number') return value === range;
  if ('values' in range) return range.values.includes(value);
  return value >= range.from && value <= range.to;
}

describe('a random search', () => {
  test('draws climbs within the ranges and within what a climb may be', () => {
    fc.assert(
      fc.property(anyRanges, validClimbs, anySeed, (ranges, climb, seed) => {
        parseRanges(ranges, 'ranges.json');
        for (const trial of sampleTrials(ranges, climb, 3, seed)) {
          checkClimb(trial.climb);
          expect(ranges.stepRule ?? [climb.step.rule]).toContain(trial.climb.step.rule);
          const flat = flatten(trial.climb);
          for (const name of hyperparameterNames) {
            const value = flat[name];
            const range = ranges[name];
            if (value === undefined || range === undefined || (name === 'momentum' && value === 0)) continue;
            expect(holds(range, value), `${name} is ${String(value)}`).toBe(true);
            expect(isWithin(hyperparameters[name], value)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is repeated by its seed, and extended by a larger count', () => {
    fc.assert(
      fc.property(anyRanges, anySeed, (ranges, seed) => {
        const many = sampleTrials(ranges, base, 6, seed);
        expect(sampleTrials(ranges, base, 6, seed)).toEqual(many);
        expect(sampleTrials(ranges, base, 2, seed)).toEqual(many.slice(0, 2));
      }),
      { numRuns: 50 },
    );
    const ranges = defaultRanges('normalised');
    const sizes = [1, 2, 2 ** 40].map((seed) => sampleTrials(ranges, base, 1, seed)[0]!.climb.step);
    expect(new Set(sizes.map((step) => JSON.stringify(step))).size).toBe(3);
  });

  test('names its trials by their place', () => {
    expect(sampleTrials({}, base, 3, 1).map(({ name }) => name)).toEqual(['trial 0', 'trial 1', 'trial 2']);
    expect(sampleTrials({}, base, 0, 1)).toEqual([]);
  });

  test('keeps the base where no range is given', () => {
    fc.assert(
      fc.property(validClimbs, anySeed, (climb, seed) => {
        expect(sampleTrials({}, climb, 1, seed)[0]!.climb).toEqual(climb);
      }),
    );
  });

  test('draws each number from its own range only', () => {
    const ranges = defaultRanges('normalised');
    const fixed = sampleTrials({ ...ranges, decay: 0.5, stepRule: ['normalised'] }, base, 20, 3);
    const free = sampleTrials(ranges, base, 20, 3);
    expect(fixed).toEqual(free.map(({ name, climb }) => ({ name, climb: { ...climb, decay: 0.5 } })));
  });

  test('takes the usual step of another rule than the base has', () => {
    const [sign] = sampleTrials({ stepRule: ['sign'] }, { ...base, momentum: 0.9 }, 1, 1);
    expect(sign!.climb).toEqual({ ...base, momentum: 0, step: { rule: 'sign', size: usualSizes.sign } });
    const [progress] = sampleTrials({ stepRule: ['progress'], late: 0.2 }, base, 1, 1);
    expect(progress!.climb.step).toEqual({ rule: 'progress', ...usualProgress, late: 0.2 });
  });

  test('blurs as often as usual where only the radius is given, and not at all where it is 0', () => {
    expect(sampleTrials({ blurRadius: 1 }, base, 1, 1)[0]!.climb.blur).toEqual({ radius: 1, every: 4 });
    const blurred = { ...base, blur: { radius: 2, every: 3 } };
    expect(sampleTrials({ blurRadius: 1 }, blurred, 1, 1)[0]!.climb.blur).toEqual({ radius: 1, every: 3 });
    expect(sampleTrials({ blurRadius: 0 }, blurred, 1, 1)[0]!.climb).toEqual(base);
  });
});

describe('numbers that are drawn', () => {
  const count = 4000;
  const drawn = (range: Range, name: 'decay' | 'blurEvery'): number[] =>
    sampleTrials({ blurRadius: 1, [name]: range }, base, count, 11).map(
      ({ climb }) => (name === 'decay' ? climb.decay : climb.blur?.every)!,
    );
  const shareOf = (values: readonly number[], holdsFor: (value: number) => boolean) =>
    values.filter(holdsFor).length / count;

  test('fill a range evenly, or evenly in each decade on a logarithmic scale', () => {
    const even = drawn({ from: 0.1, to: 0.5 }, 'decay');
    const logarithmic = drawn({ from: 0.0001, to: 0.1, scale: 'log' }, 'decay');
    for (const quarter of [0, 1, 2, 3]) {
      const from = 0.1 + 0.1 * quarter;
      expect(shareOf(even, (value) => value >= from && value < from + 0.1)).toBeCloseTo(0.25, 1);
    }
    for (const least of [0.0001, 0.001, 0.01]) {
      expect(shareOf(logarithmic, (value) => value >= least && value < 10 * least)).toBeCloseTo(1 / 3, 1);
    }
  });

  test('are whole where they have to be, both ends among them', () => {
    const even = drawn({ from: 1, to: 4 }, 'blurEvery');
    for (const value of [1, 2, 3, 4]) expect(shareOf(even, (other) => other === value)).toBeCloseTo(0.25, 1);
    const logarithmic = drawn({ from: 1, to: 3, scale: 'log' }, 'blurEvery');
    // The stretches from 1 to 2 and from 2 to 4 are as long as one another in the logarithm.
    expect(shareOf(logarithmic, (value) => value === 1)).toBeCloseTo(0.5, 1);
    expect([...new Set(logarithmic)].sort()).toEqual([1, 2, 3]);
  });

  test('are as likely as they are often listed', () => {
    const values = drawn({ values: [0, 0, 0, 0.1] }, 'decay');
    expect(shareOf(values, (value) => value === 0)).toBeCloseTo(0.75, 1);
    expect(new Set(values)).toEqual(new Set([0, 0.1]));
  });
});

describe('regularisers side by side', () => {
  const off = { decay: 0, smallNorm: 0, smallContribution: 0 };
  const step = { rule: 'constant', size: 5 } as const;
  const names = ['none', 'decay', 'blur', 'small norm', 'small contribution', 'all'];

  test('are each alone, all and none, as published where the climb has none', () => {
    const climb: Climb = { step, momentum: 0.5, ...off };
    const blur = { radius: 0.5, every: 4 };
    expect(comparisonTrials(climb)).toEqual([
      { name: 'none', climb },
      { name: 'decay', climb: { ...climb, decay: 0.01 } },
      { name: 'blur', climb: { ...climb, blur } },
      { name: 'small norm', climb: { ...climb, smallNorm: 50 } },
      { name: 'small contribution', climb: { ...climb, smallContribution: 50 } },
      { name: 'all', climb: { ...climb, decay: 0.01, blur, smallNorm: 50, smallContribution: 50 } },
    ]);
  });

  test('are as strong as the climb has them', () => {
    const blur = { radius: 2, every: 3 };
    const climb: Climb = { step, momentum: 0, decay: 0.3, blur, smallNorm: 10, smallContribution: 90 };
    const bare = { step, momentum: 0, ...off };
    expect(comparisonTrials(climb)).toEqual([
      { name: 'none', climb: bare },
      { name: 'decay', climb: { ...bare, decay: 0.3 } },
      { name: 'blur', climb: { ...bare, blur } },
      { name: 'small norm', climb: { ...bare, smallNorm: 10 } },
      { name: 'small contribution', climb: { ...bare, smallContribution: 90 } },
      { name: 'all', climb },
    ]);
  });

  test('are climbs that may be climbed', () => {
    fc.assert(
      fc.property(validClimbs, (climb) => {
        const trials = comparisonTrials(climb);
        expect(trials.map(({ name }) => name)).toEqual(names);
        for (const trial of trials) checkClimb(trial.climb);
      }),
    );
  });
});
