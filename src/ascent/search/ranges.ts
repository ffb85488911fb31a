/** Where a random search looks: what each hyper-parameter of a climb may be (paper §2.4: part of the protocol). */
import { z } from 'zod';
import { nearestName } from '../../util/nearest-name.ts';
import { AscentSettingsError } from '../settings-error.ts';
import {
  hyperparameterNames,
  hyperparameters,
  isWithin,
  stepRules,
  type Hyperparameter,
  type Limits,
  type RuleName,
} from '../optimiser/hyperparameters.ts';

/**
 * A fixed number; uniform between two, or uniform in its logarithm (whole numbers where the hyper-parameter is one, the
 * ends among them); or one of several, of which one that is repeated is drawn as much more often.
 */
export type Range =
  | number
  | { readonly from: number; readonly to: number; readonly scale?: 'log' }
  | { readonly values: readonly number[] };

/** What is missing stays as it is in the climb that is varied. */
export type Ranges = Readonly<Partial<Record<Hyperparameter, Range>>> & {
  readonly stepRule?: readonly RuleName[];
};

/**
 * @param json what a file says, e.g. `{"decay": {"from": 0.0001, "to": 0.3, "scale": "log"}, "smallNorm": 50}`
 * @throws AscentSettingsError naming the file and the field
 */
export function parseRanges(json: unknown, fileName: string): Ranges {
  const { data, error } = rangesSchema.safeParse(json);
  if (data) return data;
  const faults = error.issues.slice(0, faultsShown).map(describe);
  const more = error.issues.length - faults.length;
  throw new AscentSettingsError(
    `${fileName}: ${faults.join('; ')}${more > 0 ? ` (and ${String(more)} more)` : ''}`,
  );
}

const faultsShown = 3;

const rangeForms = 'expected a number, {"from": …, "to": …}, perhaps with "scale": "log", or {"values": […]}';

function rangeOf(name: Hyperparameter) {
  const ends = { from: z.number(), to: z.number(), scale: z.literal('log').exactOptional() };
  const values = z.array(z.number()).min(1, 'expected at least one value');
  return z
    .union([z.number(), z.strictObject(ends), z.strictObject({ values })], rangeForms)
    .superRefine((range, context) => {
      const fault = faultOf(range, hyperparameters[name]);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .exactOptional();
}

const rangesSchema: z.ZodType<Ranges> = z.strictObject(
  {
    stepRule: z
      .array(z.enum(stepRules, `expected one of ${stepRules.join(', ')}`), 'expected a list of step rules')
      .min(1, 'expected at least one step rule')
      .exactOptional(),
    ...(Object.fromEntries(hyperparameterNames.map((name) => [name, rangeOf(name)])) as Record<
      Hyperparameter,
      ReturnType<typeof rangeOf>
    >),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'expected an object whose keys are hyper-parameters' : undefined,
  },
);

function faultOf(range: Range, limits: Limits): string | undefined {
  const values =
    typeof range === 'number' ? [range] : 'values' in range ? range.values : [range.from, range.to];
  const outside = values.find((value) => !isWithin(limits, value));
  if (outside !== undefined) return `${String(outside)} is out of range, expected ${limits.expected}`;
  if (typeof range === 'number' || 'values' in range) return undefined;
  const { from, to, scale } = range;
  if (from > to) return `from ${String(from)} is more than to ${String(to)}`;
  if (scale === 'log' && from <= 0) return 'a logarithmic scale begins above 0: raise from, or list values';
  if (limits.orZero && from < limits.least && to > 0)
    return `not every number from ${String(from)} to ${String(to)} is allowed, expected ${limits.expected}: raise from, or list values`;
  return undefined;
}

function describe(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') return field === '' ? issue.message : `${field}: ${issue.message}`;
  const known = field === '' ? ['stepRule', ...hyperparameterNames] : ['from', 'to', 'scale', 'values'];
  const unknown = issue.keys.map((key) => {
    const nearest = nearestName(key, known);
    return `"${key}" is unknown; ${nearest === undefined ? `expected ${known.join(', ')}` : `was ${nearest} meant?`}`;
  });
  return `${field === '' ? '' : `${field}: `}${unknown.join('; ')}`;
}

/**
 * Where to look by default. As in the search that the paper's authors published, a regulariser is off in many of the
 * trials, and its strengths are those that were tried there. Constant rates went up to 100 there, with the remark that
 * larger ones were missing; the sizes of the other rules are bytes.
 */
export function defaultRanges(rule: RuleName): Ranges {
  return {
    ...stepRanges[rule],
    decay: { values: [0, 0, 0, 0.0001, 0.001, 0.01, 0.1, 0.3] },
    blurRadius: { values: [0, 0, 0, 0.3, 0.5, 1] },
    blurEvery: { from: 1, to: 8, scale: 'log' },
    smallNorm: { values: [0, 0, 0, 10, 20, 30, 50, 80] },
    smallContribution: { values: [0, 0, 0, 10, 20, 30, 50, 80] },
  };
}

const stepRanges = {
  constant: { stepSize: { from: 0.1, to: 1e4, scale: 'log' } },
  normalised: { stepSize: { from: 0.1, to: 10, scale: 'log' } },
  sign: { stepSize: { from: 0.1, to: 8, scale: 'log' } },
  adam: { stepSize: { from: 0.1, to: 16, scale: 'log' } },
  progress: {
    largest: { from: 100, to: 1e12, scale: 'log' },
    early: { values: [0.02, 0.03, 0.04] },
    late: { values: [0.02, 0.05, 0.1, 0.2] },
  },
} as const satisfies Record<RuleName, Ranges>;
