/** The numbers of a climb one by one: what each may be, and by which option it is given. */
import { stepRules as ruleNames } from '../../kernels/ascent/ascent-step.ts';
import type { Climb, StepRule } from '../settings.ts';

export const stepRules: readonly RuleName[] = ruleNames;
export type RuleName = StepRule['rule'];

/** Where the last movement may go on; the others scale every step anew (adam keeps a mean of its own). */
export const takesMomentum = (rule: RuleName): boolean => rule === 'constant' || rule === 'normalised';

/** Numbers that a hyper-parameter may be. */
export interface Limits {
  readonly option: string;
  readonly least: number;
  readonly most: number;
  readonly whole?: true;
  /** 0 stands for none, apart from the others. */
  readonly orZero?: true;
  /** The limits in words. */
  readonly expected: string;
}

/** The device computes in binary32: what is 0 or infinite there is out. */
const positive = { least: 2 ** -126, most: 2 ** 127, expected: 'a number above 0' };
const share = { least: 0, most: 1 - 2 ** -24, expected: 'a number from 0 to below 1' };
const percent = { least: 0, most: 100 - 2 ** -17, expected: 'a number from 0 to below 100' };
const gain = { least: 2 ** -126, most: 1, expected: 'a number above 0, at most 1' };

/** The place of each is the name of its random stream in a search: new ones are added at the end. */
export const hyperparameters = {
  stepSize: { option: '--step-size', ...positive },
  largest: { option: 'largest of --step-rule progress', ...positive },
  early: { option: 'early of --step-rule progress', ...gain },
  late: { option: 'late of --step-rule progress', ...gain },
  momentum: { option: '--momentum', ...share },
  decay: { option: '--decay', ...share },
  // A narrower Gaussian falls between the pixels: it is one pixel and no blur (published as the least).
  blurRadius: {
    option: '--blur',
    least: 0.3,
    most: 2 ** 127,
    orZero: true,
    expected: '0 for none, or a number from 0.3',
  },
  blurEvery: {
    option: '--blur-every',
    least: 1,
    most: 2 ** 31 - 1,
    whole: true,
    expected: 'a whole number from 1',
  },
  smallNorm: { option: '--small-norm', ...percent },
  smallContribution: { option: '--small-contribution', ...percent },
  cooling: {
    option: '--cooling',
    least: 0.01,
    most: 1e9,
    orZero: true,
    expected: '0 for none, or a number of iterations',
  },
} as const satisfies Record<string, Limits>;

export type Hyperparameter = keyof typeof hyperparameters;
export const hyperparameterNames = Object.keys(hyperparameters) as readonly Hyperparameter[];

export function isWithin({ least, most, whole, orZero }: Limits, value: number): boolean {
  if (orZero && value === 0) return true;
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** A climb's numbers side by side; what its step rule does not use is not there, nor a blur that is not done. */
export type FlatClimb = Readonly<Partial<Record<Hyperparameter, number>>>;

export function flatten({
  step,
  blur,
  momentum,
  decay,
  smallNorm,
  smallContribution,
  cooling,
}: Climb): FlatClimb {
  return {
    ...sizesOf(step),
    momentum,
    decay,
    ...(blur && { blurRadius: blur.radius, blurEvery: blur.every }),
    smallNorm,
    smallContribution,
    ...(cooling !== undefined && { cooling }),
  };
}

function sizesOf(step: StepRule): FlatClimb {
  if (step.rule !== 'progress') return { stepSize: step.size };
  return { largest: step.largest, early: step.early, late: step.late };
}

/**
 * The climb with these numbers. Those that are missing are the usual ones; those that the rule has no use for, momentum
 * among them, are left out.
 */
export function climbOf(rule: RuleName, flat: FlatClimb): Climb {
  const { momentum = 0, decay = 0, blurRadius = 0, blurEvery = usualBlur.every } = flat;
  const { smallNorm = 0, smallContribution = 0, cooling = 0 } = flat;
  return {
    step: stepOf(rule, flat),
    momentum: takesMomentum(rule) ? momentum : 0,
    decay,
    ...(blurRadius > 0 && { blur: { radius: blurRadius, every: blurEvery } }),
    smallNorm,
    smallContribution,
    ...(cooling > 0 && rule !== 'progress' && { cooling }),
  };
}

function stepOf(rule: RuleName, { stepSize, largest, early, late }: FlatClimb): StepRule {
  if (rule !== 'progress') return { rule, size: stepSize ?? usualSizes[rule] };
  return {
    rule,
    largest: largest ?? usualProgress.largest,
    early: early ?? usualProgress.early,
    late: late ?? usualProgress.late,
  };
}

/** Of the published presets: a standard deviation of half a pixel, every fourth iteration. */
export const usualBlur = { radius: 0.5, every: 4 } as const;

/** Bytes of change per step, in the units of each rule; the constant one is that of the published presets. */
export const usualSizes = { constant: 100, normalised: 2, sign: 1, adam: 1 } as const;

/** The paper's 0.03 and 0.1; the largest rate as published, which leaves all to the other two. */
export const usualProgress = { largest: 1e22, early: 0.03, late: 0.1 } as const;
