/** The shapes of an ascent's files, checked at run time. `records.ts` and `settings.ts` say what they must be. */
import { z } from 'zod';
import {
  confidence,
  coordinates,
  count,
  cppnGenomeSchema,
  duration,
  logOdds,
  originShape,
} from '../evolution/schema.ts';
import type { Guess } from '../../model/likeliest.ts';
import { denseStorages } from '../../network/parameters.ts';
import { classMeasures, type Objective } from '../../ascent/objective/objective.ts';
import {
  milestones,
  type AscentHistory,
  type AscentProgress,
  type AscentRecord,
  type AscentRow,
  type AscentSummary,
  type Attack,
  type TrialRecord,
} from './records.ts';
import {
  mostMutations,
  type AscentSettings,
  type Ball,
  type Climb,
  type ParametrisationSettings,
  type Start,
  type StepRule,
} from '../../ascent/settings.ts';

/** What a float32 of the device can hold. */
const float = z.number().min(-3.5e38).max(3.5e38);
const size = float.min(0);

const objectiveSchema: z.ZodType<Objective> = z.object({
  name: z.string(),
  terms: z.array(
    z.discriminatedUnion('of', [
      z.object({ of: z.enum(classMeasures), class: count, weight: float }),
      z.object({
        of: z.literal('unit'),
        layer: z.string(),
        channel: count,
        place: z.tuple([count, count]).exactOptional(),
        weight: float,
      }),
    ]),
  ),
  watched: count.nullable(),
  picture: count.exactOptional(),
});

const stepRuleSchema: z.ZodType<StepRule> = z.discriminatedUnion('rule', [
  z.object({ rule: z.enum(['constant', 'normalised', 'sign', 'adam']), size }),
  z.object({ rule: z.literal('progress'), largest: size, early: size, late: size }),
]);

export const climbSchema: z.ZodType<Climb> = z.object({
  step: stepRuleSchema,
  momentum: size,
  decay: size,
  cooling: size.exactOptional(),
  blur: z.object({ radius: size, every: z.int().positive() }).exactOptional(),
  smallNorm: size.max(100),
  smallContribution: size.max(100),
});

const startSchema: z.ZodType<Start> = z.discriminatedUnion('from', [
  z.object({ from: z.literal('mean') }),
  z.object({ from: z.enum(['gaussian', 'uniform']), size }),
  z.object({ from: z.literal('picture'), file: z.string(), sha256: z.string(), noise: size }),
  z.object({
    from: z.literal('pictures'),
    folder: z.string(),
    pictures: z.array(z.object({ file: z.string(), sha256: z.string(), class: count.exactOptional() })),
    noise: size,
  }),
]);

const parametrisationSchema: z.ZodType<ParametrisationSettings> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pixel') }),
  z.object({ kind: z.literal('fourier') }),
  z.object({
    kind: z.literal('cppn'),
    coordinates,
    mutations: count.max(mostMutations),
    genomes: z.array(cppnGenomeSchema).exactOptional(),
  }),
]);

const ballSchema: z.ZodType<Ball> = z.object({ norm: z.enum(['l2', 'linf']), radius: size });

export const ascentSettingsSchema: z.ZodType<AscentSettings> = z.object({
  model: z.string(),
  denseWeights: z.enum(denseStorages).exactOptional(),
  objectives: z.array(objectiveSchema),
  steps: count,
  seed: z.int(),
  start: startSchema,
  parametrisation: parametrisationSchema,
  trials: z.array(z.object({ name: z.string(), climb: climbSchema })).min(1),
  ball: ballSchema.exactOptional(),
  transformation: z.object({ jitter: size, rotate: size, scale: size }).exactOptional(),
  until: confidence.exactOptional(),
  batch: z.int().positive().max(65_532).multipleOf(4),
});

const guessSchema: z.ZodType<Guess> = z.object({ class: count, label: z.string(), confidence });

export const ascentRecordSchema: z.ZodType<AscentRecord> = z.object({
  ...originShape,
  format: z.literal(1),
  kind: z.literal('ascent'),
  settings: ascentSettingsSchema,
  starts: z.array(guessSchema).exactOptional(),
});

/** A path that leads out of the folder is never followed. */
export const isPicturePath = (path: string): boolean =>
  /^(?:images|trials\/\d{4,})\/[\w.-]+\.png$/.test(path) && !path.includes('..');

const attackSchema: z.ZodType<Attack> = z.object({
  start: z.string().regex(/^starts\/\d{4,}\.png$/, { error: 'expected a path starts/0000.png' }),
  file: z.string(),
  before: guessSchema,
  after: guessSchema,
  success: z.boolean().exactOptional(),
  already: z.literal(true).exactOptional(),
});

export const ascentRowSchema: z.ZodType<AscentRow> = z.object({
  objective: z.string(),
  class: count,
  label: z.string(),
  confidence,
  logOdds: logOdds.exactOptional(),
  value: float,
  startValue: float.exactOptional(),
  iteration: count,
  iterations: count,
  firstNamed: count.nullable(),
  reached: z.array(count.nullable()).length(milestones.length),
  fault: z.string().exactOptional(),
  picture: z
    .string()
    .refine(isPicturePath, { error: 'expected a path images/NAME.png or trials/0000/NAME.png' }),
  distance: z.object({ l2: size, linf: size }).exactOptional(),
  attack: attackSchema.exactOptional(),
  genome: cppnGenomeSchema.exactOptional(),
});

export const ascentArchiveSchema: z.ZodType<AscentRow[]> = z.array(ascentRowSchema);

export const ascentHistorySchema: z.ZodType<AscentHistory> = z
  .object({
    objective: z.string(),
    value: z.array(float),
    confidence: z.array(confidence),
    named: z.array(count),
    gradientNorm: z.array(size),
    imageNorm: z.array(size),
  })
  .superRefine(({ value, ...others }, context) => {
    for (const key of ['confidence', 'named', 'gradientNorm', 'imageNorm'] as const) {
      if (others[key].length === value.length) continue;
      const message = `${String(others[key].length)} values beside ${String(value.length)} of the objective`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
  });

export const ascentProgressSchema: z.ZodType<AscentProgress> = z.object({
  trial: count,
  iteration: count,
  evaluations: count,
  seconds: duration,
  median: confidence.exactOptional(),
  mean: confidence.exactOptional(),
  min: confidence.exactOptional(),
  best: confidence.exactOptional(),
});

export const trialsSchema: z.ZodType<TrialRecord[]> = z.array(
  z.object({
    name: z.string(),
    climb: climbSchema,
    medianConfidence: confidence,
    meanConfidence: confidence,
    minConfidence: confidence,
    medianValue: float.exactOptional(),
    reached9999: count,
    medianIterations: size.nullable(),
    rows: z.array(ascentRowSchema),
  }),
);

export const ascentSummarySchema: z.ZodType<AscentSummary> = z.object({
  model: z.string(),
  objectives: count,
  steps: count,
  seed: z.int(),
  adapter: z.string(),
  evaluations: count,
  seconds: duration,
  evaluationsPerSecond: duration,
  secondsPerObjective: duration,
  medianConfidence: confidence.exactOptional(),
  meanConfidence: confidence.exactOptional(),
  minConfidence: confidence.exactOptional(),
  cellsAbove99: count.exactOptional(),
  cellsAbove9999: count.exactOptional(),
  values: z.array(z.object({ objective: z.string(), start: float, end: float })).exactOptional(),
  bestTrial: z.string().exactOptional(),
  attack: z
    .object({
      images: count,
      attacked: count,
      succeeded: count,
      successRate: confidence.nullable(),
      medianL2: size.nullable(),
      medianLinf: size.nullable(),
    })
    .exactOptional(),
  complete: z.boolean(),
});
