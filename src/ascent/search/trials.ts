/** The climbs that are compared with one another: drawn at random, or each with one regulariser (paper §2.4). */
import { power } from '../../random/fixed-math.ts';
import { streams } from '../../random/streams.ts';
import { RandomStream } from '../../random/threefry.ts';
import {
  climbOf,
  flatten,
  hyperparameterNames,
  hyperparameters,
  usualBlur,
  type FlatClimb,
  type RuleName,
} from '../optimiser/hyperparameters.ts';
import type { Range, Ranges } from './ranges.ts';
import type { Climb, Trial } from '../settings.ts';

/**
 * Climbs drawn at random. Each depends on nothing but the ranges, the seed and its place, so that a larger count extends
 * the list; and each of its numbers on its own range only, so that fixing one leaves the others as they were.
 * @param base has the numbers that the ranges do not name; of another step rule than its own a step is as usual, and a
 *   momentum is left out where the rule has none
 * @param seed any safe non-negative integer
 */
export function sampleTrials(ranges: Ranges, base: Climb, count: number, seed: number): Trial[] {
  return Array.from({ length: count }, (_, trial) => ({
    name: `trial ${String(trial)}`,
    climb: sampleClimb(ranges, base, (parameter) => RandomStream.of(seed, streams.trials, trial, parameter)),
  }));
}

function sampleClimb(ranges: Ranges, base: Climb, randomOf: (parameter: number) => RandomStream): Climb {
  const rules = ranges.stepRule ?? [base.step.rule];
  const rule = pick(rules, randomOf(0)) ?? base.step.rule;
  const sampled: FlatClimb = Object.fromEntries(
    hyperparameterNames.flatMap((name, index) => {
      const range = ranges[name];
      if (range === undefined) return [];
      return [[name, draw(range, 'whole' in hyperparameters[name], randomOf(index + 1))]];
    }),
  );
  return climbOf(rule, { ...inherited(base, rule), ...sampled });
}

/** The base's numbers; the size of a step means something else with every rule. */
const inherited = (base: Climb, rule: RuleName): FlatClimb =>
  flatten(rule === base.step.rule ? base : { ...base, step: climbOf(rule, {}).step });

function draw(range: Range, whole: boolean, random: RandomStream): number {
  if (typeof range === 'number') return range;
  if ('values' in range) return pick(range.values, random) ?? NaN;
  const { from, to, scale } = range;
  // A whole number has the stretch from itself to the next.
  const end = whole ? to + 1 : to;
  const share = random.uniform();
  const value = scale === 'log' ? from * power(end / from, share) : from + (end - from) * share;
  return Math.min(to, Math.max(from, whole ? Math.floor(value) : value));
}

const pick = <Item>(items: readonly Item[], random: RandomStream): Item | undefined =>
  items[random.below(items.length)];

/**
 * The paper's regularisers side by side: none of them, each alone, all together. Strengths are the climb's own where it
 * has one, else moderate ones of those published: half of the pixels for the two that clip.
 */
export function comparisonTrials(base: Climb): Trial[] {
  const { blur: ownBlur, ...rest } = base;
  const none: Climb = { ...rest, decay: 0, smallNorm: 0, smallContribution: 0 };
  const decay = { decay: base.decay || usualStrengths.decay };
  const blur = { blur: ownBlur ?? usualStrengths.blur };
  const smallNorm = { smallNorm: base.smallNorm || usualStrengths.smallNorm };
  const smallContribution = { smallContribution: base.smallContribution || usualStrengths.smallContribution };
  const regularisers = {
    none: {},
    decay,
    blur,
    'small norm': smallNorm,
    'small contribution': smallContribution,
    all: { ...decay, ...blur, ...smallNorm, ...smallContribution },
  };
  return Object.entries(regularisers).map(([name, own]) => ({ name, climb: { ...none, ...own } }));
}

/** Of the regularisers that are compared. */
export const usualStrengths = { decay: 0.01, blur: usualBlur, smallNorm: 50, smallContribution: 50 } as const;
