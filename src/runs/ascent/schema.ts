/** The files of an ascent's run folder: everything a report, a resume or a verification reads, and the types of it. */
import { z } from 'zod';
import { confidence, count, cppnGenomeSchema, duration, logOdds, originShape } from '../evolution/schema.ts';
import type { RunRecord } from '../evolution/records.ts';
import type { Immutable } from '../immutable.ts';
import { ascentSettingsSchema, climbSchema, float, size } from './settings-schema.ts';

const guessSchema = z.object({ class: count, label: z.string(), confidence });

export const ascentRecordSchema = z.object({
  ...originShape,
  format: z.literal(1),
  kind: z.literal('ascent'),
  settings: ascentSettingsSchema,
  /** What the network names the pictures that it starts from, where it does. */
  starts: z.array(guessSchema).exactOptional(),
});

/** `run.json`: written once at the start. An evolution's has no `kind`. */
export type AscentRecord = Omit<Immutable<z.infer<typeof ascentRecordSchema>>, 'model'> &
  Pick<RunRecord, 'model'>;

/** Confidences whose first iteration is recorded (paper §2.4). */
export const milestones = [0.9, 0.99, 0.999, 0.9999] as const;

/** A path that leads out of the folder is never followed. */
export const isPicturePath = (path: string): boolean =>
  /^(?:images|trials\/\d{4,})\/[\w.-]+\.png$/.test(path) && !path.includes('..');

const attackSchema = z.object({
  /** Path of the PNG of the start, of the size that the network looks at. */
  start: z.string().regex(/^starts\/\d{4,}\.png$/, { error: 'expected a path starts/0000.png' }),
  /** As the user called it. */
  file: z.string(),
  before: guessSchema,
  after: guessSchema,
  /** Whether it is named the wanted class, or no more the one to be left; absent where the objective is about no class. */
  success: z.boolean().exactOptional(),
  /** It was so before it was changed, and counts neither as success nor as failure. */
  already: z.literal(true).exactOptional(),
});

/** An image that began as a picture of the user's, and what the network names both. */
export type Attack = Immutable<z.infer<typeof attackSchema>>;

export const ascentRowSchema = z.object({
  /** `class 12`, or as the user wrote it. */
  objective: z.string(),
  /** The class whose confidence this is: the one that was wanted, else the one that the network names. */
  class: count,
  label: z.string(),
  /** Of the picture on disk. */
  confidence,
  /** log p − log(1 − p) of that confidence p, by which images are compared where a class is wanted; older records have none. */
  logOdds: logOdds.exactOptional(),
  /** Of the objective, at the best image. */
  value: float,
  /** The same at the start, before any step; older records have none. */
  startValue: float.exactOptional(),
  /** At which the best image was seen; 0 is the start, before any step. */
  iteration: count,
  /** Iterations that were done. */
  iterations: count,
  /** First iteration at which the network names the wanted class; null for never, or where none is wanted. */
  firstNamed: count.nullable(),
  /** First iteration at which the confidence reached each of `milestones`; null for never, or where no class is wanted. */
  reached: z.array(count.nullable()).length(milestones.length),
  /** Why it ended before its steps were done, e.g. `the gradient vanishes at relu6`. */
  fault: z.string().exactOptional(),
  /** Path of the PNG. */
  picture: z
    .string()
    .refine(isPicturePath, { error: 'expected a path images/NAME.png or trials/0000/NAME.png' }),
  /** From the picture that it started from, in bytes: Euclidean, and of the value that changed most. */
  distance: z.object({ l2: size, linf: size }).exactOptional(),
  /** Of an image that started from a picture of the user's. */
  attack: attackSchema.exactOptional(),
  /** Of a climbed CPPN. */
  genome: cppnGenomeSchema.exactOptional(),
});

export const ascentArchiveSchema = z.array(ascentRowSchema);

/** `archive.json` is an array of these, one per objective: the best image of the best trial. */
export type AscentRow = Immutable<z.infer<typeof ascentRowSchema>>;

export const ascentHistorySchema = z
  .object({
    objective: z.string(),
    value: z.array(float),
    confidence: z.array(confidence),
    /** Class that the network names. */
    named: z.array(count),
    /** Euclidean norm of the gradient. */
    gradientNorm: z.array(size),
    /** Root mean square of the image minus the mean image, in bytes. */
    imageNorm: z.array(size),
  })
  .superRefine(({ value, ...others }, context) => {
    for (const key of ['confidence', 'named', 'gradientNorm', 'imageNorm'] as const) {
      if (others[key].length === value.length) continue;
      const message = `${String(others[key].length)} values beside ${String(value.length)} of the objective`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
  });

/** `history.jsonl`: a line per objective in the order of `archive.json`, a value per iteration in each list. */
export type AscentHistory = Immutable<z.infer<typeof ascentHistorySchema>>;

export const ascentProgressSchema = z.object({
  trial: count,
  /** Of the batch that is climbed. */
  iteration: count,
  /** Images judged so far in the whole run. */
  evaluations: count,
  /** Wall-clock seconds spent in this run so far, interruptions left out. */
  seconds: duration,
  median: confidence.exactOptional(),
  mean: confidence.exactOptional(),
  min: confidence.exactOptional(),
  best: confidence.exactOptional(),
});

/**
 * A line of `progress.jsonl`: one per read-back. Confidences are the best so far of the objectives that have begun and want a
 * class; absent where there is none.
 */
export type AscentProgress = Immutable<z.infer<typeof ascentProgressSchema>>;

const trialSchema = z.object({
  name: z.string(),
  climb: climbSchema,
  /** Of the objectives that want a class; 0 where none does. */
  medianConfidence: confidence,
  meanConfidence: confidence,
  minConfidence: confidence,
  /** Of the objectives' values, where none wants a class: by it such trials are compared. */
  medianValue: float.exactOptional(),
  /** Objectives that reached 0.9999. */
  reached9999: count,
  /** Median over the objectives of the first iteration at 0.9999; null when fewer than half of them got there. */
  medianIterations: size.nullable(),
  /** One per objective; their pictures are `trials/0003/0012.png` and so on. */
  rows: z.array(ascentRowSchema),
});

export const trialsSchema = z.array(trialSchema);

/** `trials.json` is an array of these where several trials were made, in their order. */
export type TrialRecord = Immutable<z.infer<typeof trialSchema>>;

const objectiveValueSchema = z.object({ objective: z.string(), start: float, end: float });

export type ObjectiveValue = Immutable<z.infer<typeof objectiveValueSchema>>;

const attackSummarySchema = z.object({
  images: count,
  /** Those that were not named as wanted before. */
  attacked: count,
  /** Of those attacked. */
  succeeded: count,
  /** Null where none was attacked. */
  successRate: confidence.nullable(),
  /** Medians over the successes of how far they are from their starts, in bytes; null where there is none. */
  medianL2: size.nullable(),
  medianLinf: size.nullable(),
});

export type AttackSummary = Immutable<z.infer<typeof attackSummarySchema>>;

export const ascentSummarySchema = z.object({
  model: z.string(),
  objectives: count,
  steps: count,
  seed: z.int(),
  adapter: z.string(),
  evaluations: count,
  seconds: duration,
  evaluationsPerSecond: duration,
  /** Wall-clock seconds that one objective took on average, in a batch with others. */
  secondsPerObjective: duration,
  /** Of the objectives that want a class; absent where none does. */
  medianConfidence: confidence.exactOptional(),
  meanConfidence: confidence.exactOptional(),
  minConfidence: confidence.exactOptional(),
  cellsAbove99: count.exactOptional(),
  cellsAbove9999: count.exactOptional(),
  /** Of the others, what their value was at the start and is at the best image; absent where they are attacks. */
  values: z.array(objectiveValueSchema).exactOptional(),
  /** Name of the best trial, where several were made. */
  bestTrial: z.string().exactOptional(),
  /** Where pictures were to be named another class. */
  attack: attackSummarySchema.exactOptional(),
  complete: z.boolean(),
});

/** `summary.json`: written at the end, and by every interruption. */
export type AscentSummary = Immutable<z.infer<typeof ascentSummarySchema>>;
