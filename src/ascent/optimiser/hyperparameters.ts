/**
 * The numbers of a climb, a row for each: what it may be, where it stands in a climb, which step rules use it, and what people are
 * told of it. Schemas of records and ranges, options, reports and the uniform of the step's kernel follow from the rows.
 */
import { stepRules as ruleNames } from '../../kernels/ascent/ascent-step.ts';

/**
 * How far a step goes along the gradient g (paper §2.4 and its supplement):
 * constant: size · g; progress: g · min(largest, desired / ‖g‖²) with desired = min(early, late · (1 − objective));
 * normalised: size · g / √mean(g²); sign: size · sign(g); adam: size · m̂ / (√v̂ + ε).
 */
export type StepRule =
  | { readonly rule: 'constant' | 'normalised' | 'sign' | 'adam'; readonly size: number }
  | {
      readonly rule: 'progress';
      readonly largest: number;
      /** Most that the objective is to gain in a step. */
      readonly early: number;
      /** Share of what is missing to 1 that it is to gain. */
      readonly late: number;
    };

export const stepRules: readonly RuleName[] = ruleNames;
/** Step rules by name. */
export type RuleName = StepRule['rule'];

/** Numbers that a hyper-parameter may be. */
export interface Limits {
  readonly least: number;
  readonly most: number;
  readonly whole?: true;
  /** 0 stands for none, apart from the others. */
  readonly orZero?: true;
  /** The limits in words. */
  readonly expected: string;
}

interface Row extends Limits {
  /** Of the step's length, of how movements go on, or of what keeps images simple. */
  readonly part: 'length' | 'movement' | 'regulariser';
  /**
   * Where it stands: `climb`, as 0 for none; `optional`, absent for none; in its `step` or `blur`.
   */
  readonly place: 'climb' | 'optional' | 'step' | 'blur';
  /** Step rules that have a use for it; default: all. */
  readonly rules?: readonly RuleName[];
  /** What the step's kernel reads where it is absent; default: 0. */
  readonly absent?: number;
  /** What it is counted in, and what it does: to be read behind its name. */
  readonly unit: string;
  readonly about: string;
  /** In tables. */
  readonly title: string;
}

/** The device computes in binary32: what is 0 or infinite there is out. */
const positive = { least: 2 ** -126, most: 2 ** 127, expected: 'a number above 0' };
const share = { least: 0, most: 1 - 2 ** -24, expected: 'a number from 0 to below 1' };
const percent = { least: 0, most: 100 - 2 ** -17, expected: 'a number from 0 to below 100' };
const gain = { least: 2 ** -126, most: 1, expected: 'a number above 0, at most 1' };

const sized = ['constant', 'normalised', 'sign', 'adam'] as const;
const inProgress = { part: 'length', place: 'step', rules: ['progress'] } as const;

/** Beyond every number of iterations, and every value. */
export const never = 3e38;

/** The place of each is the name of its random stream in a search: new ones are added at the end. */
export const hyperparameters = {
  stepSize: {
    ...{ part: 'length', place: 'step', rules: sized, ...positive },
    ...{ unit: 'size', about: 'in bytes, or times the gradient with the constant rule', title: 'step size' },
  },
  largest: {
    ...{ ...inProgress, ...positive },
    ...{ unit: 'rate', about: 'progress: most that the gradient is multiplied by', title: 'largest step' },
  },
  early: {
    ...{ ...inProgress, ...gain },
    ...{ unit: 'gain', about: 'progress: most that the objective is to gain in a step', title: 'early gain' },
  },
  late: {
    ...{ ...inProgress, ...gain },
    ...{
      unit: 'share',
      about: 'progress: share of what is missing to 1 that it is to gain',
      title: 'late gain',
    },
  },
  momentum: {
    // The other rules scale every step anew (adam keeps a mean of its own).
    ...{ part: 'movement', place: 'climb', rules: ['constant', 'normalised'], ...share },
    ...{ unit: 'share', about: 'of the last movement that goes on', title: 'momentum' },
  },
  decay: {
    ...{ part: 'regulariser', place: 'climb', ...share },
    ...{ unit: 'share', about: 'by which the image returns to the mean image in every step', title: 'decay' },
  },
  blurRadius: {
    // A narrower Gaussian falls between the pixels: it is one pixel and no blur (published as the least).
    ...{ part: 'regulariser', place: 'blur', least: 0.3, most: 2 ** 127, orZero: true },
    expected: '0 for none, or a number from 0.3',
    ...{ unit: 'radius', about: 'Gaussian blur of this many pixels, at least 0.3', title: 'blur radius' },
  },
  blurEvery: {
    ...{ part: 'regulariser', place: 'blur', least: 1, most: 2 ** 31 - 1, whole: true },
    expected: 'a whole number from 1',
    ...{ unit: 'n', about: 'iterations from one blur to the next', title: 'blur every' },
  },
  smallNorm: {
    ...{ part: 'regulariser', place: 'climb', ...percent },
    ...{
      unit: 'percent',
      about: 'of the pixels, those of least norm, that are cleared',
      title: 'small norm (%)',
    },
  },
  smallContribution: {
    ...{ part: 'regulariser', place: 'climb', ...percent },
    ...{
      unit: 'percent',
      about: 'of the pixels, those that contribute least',
      title: 'small contribution (%)',
    },
  },
  cooling: {
    ...{
      part: 'length',
      place: 'optional',
      rules: sized,
      least: 0.01,
      most: 1e9,
      orZero: true,
      absent: never,
    },
    expected: '0 for none, or a number of iterations',
    ...{ unit: 'iterations', about: 'after which a step has half its size; 0 for never' },
    title: 'cooling (iterations)',
  },
} as const satisfies Record<string, Row>;

type Rows = typeof hyperparameters;
/** Numbers of a climb that a search over settings may vary, by name. */
export type Hyperparameter = keyof Rows;
export const hyperparameterNames = Object.keys(hyperparameters) as readonly Hyperparameter[];

/** Those that stand in a place of a climb. */
export type Placed<Place extends Row['place']> = {
  [Name in Hyperparameter]: Rows[Name]['place'] extends Place ? Name : never;
}[Hyperparameter];

/** How an image is changed in every iteration; the rows of `hyperparameters` say what each number is. */
export type Climb = {
  readonly step: StepRule;
  /** A Gaussian of this standard deviation in pixels, every so many iterations. */
  readonly blur?: { readonly radius: number; readonly every: number };
} & Readonly<Record<Placed<'climb'>, number>> &
  Readonly<Partial<Record<Placed<'optional'>, number>>>;

const rowOf = (name: Hyperparameter): Row => hyperparameters[name];

/** Step rules that have a use for it. */
export const usedBy = (name: Hyperparameter): readonly RuleName[] => rowOf(name).rules ?? stepRules;

export const takesMomentum = (rule: RuleName): boolean => usedBy('momentum').includes(rule);

export function isWithin({ least, most, whole, orZero }: Limits, value: number): boolean {
  if (orZero && value === 0) return true;
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** A climb's numbers side by side; what its step rule does not use is not there, nor a blur that is not done. */
export type FlatClimb = Readonly<Partial<Record<Hyperparameter, number>>>;

export function flatten(climb: Climb): FlatClimb {
  const { step, blur, ...numbers } = climb;
  const blurs = blur && { blurRadius: blur.radius, blurEvery: blur.every };
  const all: FlatClimb = { ...sizesOf(step), ...numbers, ...blurs };
  return Object.fromEntries(
    hyperparameterNames.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
  );
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
  const { blurRadius = 0, blurEvery = usualBlur.every } = flat;
  const entries = hyperparameterNames.flatMap((name): (readonly [string, unknown])[] => {
    const value = usedBy(name).includes(rule) ? (flat[name] ?? 0) : 0;
    switch (rowOf(name).place) {
      case 'climb':
        return [[name, value]];
      case 'optional':
        return value > 0 ? [[name, value]] : [];
      case 'blur':
        return name === 'blurRadius' && blurRadius > 0
          ? [['blur', { radius: blurRadius, every: blurEvery }]]
          : [];
      case 'step':
        return [];
    }
  });
  return { step: stepOf(rule, flat), ...(Object.fromEntries(entries) as Omit<Climb, 'step'>) };
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

/** What the kernel of a step reads of a climb, by the names of its uniform; what the rule does not use is absent. */
export function stepNumbers(climb: Climb): Readonly<Record<string, number>> {
  const flat = flatten(climb);
  return Object.fromEntries(
    hyperparameterNames.map((name) => [
      name === 'stepSize' ? 'size' : name,
      flat[name] ?? rowOf(name).absent ?? 0,
    ]),
  );
}

/** Of the published presets: a standard deviation of half a pixel, every fourth iteration. */
export const usualBlur = { radius: 0.5, every: 4 } as const;

/** Bytes of change per step, in the units of each rule; the constant one is that of the published presets. */
export const usualSizes = { constant: 100, normalised: 2, sign: 1, adam: 1 } as const;

/** The paper's 0.03 and 0.1; the largest rate as published, which leaves all to the other two. */
export const usualProgress = { largest: 1e22, early: 0.03, late: 0.1 } as const;
