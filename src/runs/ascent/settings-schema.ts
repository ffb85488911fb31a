/** The settings of an ascent as its record holds them: those of the computing, and by which files it was given what. */
import { z } from 'zod';
import { classMeasures } from '../../ascent/objective/objective.ts';
import { hyperparameterNames, hyperparameters, type Placed } from '../../ascent/optimiser/hyperparameters.ts';
import { mostMutations } from '../../ascent/settings.ts';
import { denseStorages } from '../../network/parameters.ts';
import { confidence, coordinates, count, cppnGenomeSchema } from '../evolution/schema.ts';
import type { Immutable } from '../immutable.ts';

/** What a float32 of the device can hold. */
export const float = z.number().min(-3.5e38).max(3.5e38);
export const size = float.min(0);

const objectiveSchema = z.object({
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

const stepRuleSchema = z.discriminatedUnion('rule', [
  z.object({ rule: z.enum(['constant', 'normalised', 'sign', 'adam']), size }),
  z.object({ rule: z.literal('progress'), largest: size, early: size, late: size }),
]);

/** Numbers that stand in a climb by themselves, as the rows of the hyper-parameters have them. */
const numbersOf = <Place extends 'climb' | 'optional', Schema>(
  place: Place,
  schema: (most: number) => Schema,
) =>
  Object.fromEntries(
    hyperparameterNames
      .filter((name) => hyperparameters[name].place === place)
      .map((name) => [name, schema(hyperparameters[name].most)]),
  ) as Record<Placed<Place>, Schema>;

/** Percentages end at 100. */
const upTo = (most: number) => (Math.ceil(most) === 100 ? size.max(100) : size);

export const climbSchema = z.object({
  step: stepRuleSchema,
  ...numbersOf('climb', upTo),
  ...numbersOf('optional', (most) => upTo(most).exactOptional()),
  blur: z.object({ radius: size, every: z.int().positive() }).exactOptional(),
});

const startFileSchema = z.object({
  /** Path below the folder. */
  file: z.string(),
  sha256: z.string(),
  /** What it shows, where the name of its subfolder says so. */
  class: count.exactOptional(),
});

const startSchema = z.discriminatedUnion('from', [
  z.object({ from: z.literal('mean') }),
  z.object({ from: z.enum(['gaussian', 'uniform']), size }),
  z.object({ from: z.literal('picture'), file: z.string(), sha256: z.string(), noise: size }),
  z.object({
    from: z.literal('pictures'),
    folder: z.string(),
    pictures: z.array(startFileSchema),
    noise: size,
  }),
]);

const parametrisationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pixel') }),
  z.object({ kind: z.literal('fourier') }),
  z.object({
    kind: z.literal('cppn'),
    coordinates,
    mutations: count.max(mostMutations),
    genomes: z.array(cppnGenomeSchema).exactOptional(),
  }),
]);

export const ascentSettingsSchema = z.object({
  /** As the user called it. */
  model: z.string(),
  denseWeights: z.enum(denseStorages).exactOptional(),
  objectives: z.array(objectiveSchema),
  steps: count,
  seed: z.int(),
  start: startSchema,
  parametrisation: parametrisationSchema,
  trials: z.array(z.object({ name: z.string(), climb: climbSchema })).min(1),
  ball: z.object({ norm: z.enum(['l2', 'linf']), radius: size }).exactOptional(),
  transformation: z.object({ jitter: size, rotate: size, scale: size }).exactOptional(),
  until: confidence.exactOptional(),
  batch: z.int().positive().max(65_532).multipleOf(4),
});

/** What an ascent that is recorded is told; the computing takes them as its `AscentSettings`. */
export type AscentRunSettings = Immutable<z.infer<typeof ascentSettingsSchema>>;
export type StartFile = Immutable<z.infer<typeof startFileSchema>>;
export type RecordedStart = AscentRunSettings['start'];
