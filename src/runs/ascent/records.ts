/** The files of an ascent's run folder as types: everything a report, a resume or a verification reads. */
import type { CppnGenome } from '../../genome/genome.ts';
import type { RunRecord } from '../evolution/records.ts';
import type { Guess } from '../../model/likeliest.ts';
import type { ChoiceTable } from '../../gpu/tuning.ts';
import type { AscentSettings, Climb } from '../../ascent/settings.ts';

/** `run.json`: written once at the start. An evolution's has no `kind`. */
export interface AscentRecord {
  readonly format: 1;
  readonly kind: 'ascent';
  readonly version: string;
  readonly started: string;
  readonly mark?: string;
  readonly settings: AscentSettings;
  readonly model: RunRecord['model'];
  readonly adapter: RunRecord['adapter'];
  readonly variants: RunRecord['variants'];
  readonly choices?: ChoiceTable;
  /** What the network names the pictures that it starts from, where it does. */
  readonly starts?: readonly Guess[];
}

/** Confidences whose first iteration is recorded (paper §2.4). */
export const milestones = [0.9, 0.99, 0.999, 0.9999] as const;

/** `archive.json` is an array of these, one per objective: the best image of the best trial. */
export interface AscentRow {
  /** `class 12`, or as the user wrote it. */
  readonly objective: string;
  /** The class whose confidence this is: the one that was wanted, else the one that the network names. */
  readonly class: number;
  readonly label: string;
  /** Of the picture on disk. */
  readonly confidence: number;
  /** log p − log(1 − p) of that confidence p, by which images are compared where a class is wanted; older records have none. */
  readonly logOdds?: number;
  /** Of the objective, at the best image. */
  readonly value: number;
  /** The same at the start, before any step; older records have none. */
  readonly startValue?: number;
  /** At which the best image was seen; 0 is the start, before any step. */
  readonly iteration: number;
  /** Iterations that were done. */
  readonly iterations: number;
  /** First iteration at which the network names the wanted class; null for never, or where none is wanted. */
  readonly firstNamed: number | null;
  /** First iteration at which the confidence reached each of `milestones`; null for never, or where no class is wanted. */
  readonly reached: readonly (number | null)[];
  /** Why it ended before its steps were done, e.g. `the gradient vanishes at relu6`. */
  readonly fault?: string;
  /** From the picture that it started from, in bytes: Euclidean, and of the value that changed most. */
  readonly distance?: { readonly l2: number; readonly linf: number };
  /** Of an image that started from somebody's picture. */
  readonly attack?: Attack;
  /** Path of the PNG. */
  readonly picture: string;
  /** Of a climbed CPPN. */
  readonly genome?: CppnGenome;
}

/** An image that began as somebody's picture, and what the network names both. */
export interface Attack {
  /** Path of the PNG of the start, of the size that the network looks at. */
  readonly start: string;
  /** As the user called it. */
  readonly file: string;
  readonly before: Guess;
  readonly after: Guess;
  /** Whether it is named the wanted class, or no more the one to be left; absent where the objective is about no class. */
  readonly success?: boolean;
  /** It was so before it was changed, and counts neither as success nor as failure. */
  readonly already?: true;
}

/** `history.jsonl`: a line per objective in the order of `archive.json`, a value per iteration in each list. */
export interface AscentHistory {
  readonly objective: string;
  readonly value: readonly number[];
  readonly confidence: readonly number[];
  /** Class that the network names. */
  readonly named: readonly number[];
  /** Euclidean norm of the gradient. */
  readonly gradientNorm: readonly number[];
  /** Root mean square of the image minus the mean image, in bytes. */
  readonly imageNorm: readonly number[];
}

/**
 * A line of `progress.jsonl`: one per read-back. Confidences are the best so far of the objectives that have begun and want a
 * class; absent where there is none.
 */
export interface AscentProgress {
  readonly trial: number;
  /** Of the batch that is climbed. */
  readonly iteration: number;
  /** Images judged so far in the whole run. */
  readonly evaluations: number;
  /** Wall-clock seconds spent in this run so far, interruptions left out. */
  readonly seconds: number;
  readonly median?: number;
  readonly mean?: number;
  readonly min?: number;
  readonly best?: number;
}

/** `trials.json` is an array of these where several trials were made, in their order. */
export interface TrialRecord {
  readonly name: string;
  readonly climb: Climb;
  /** Of the objectives that want a class; 0 where none does. */
  readonly medianConfidence: number;
  readonly meanConfidence: number;
  readonly minConfidence: number;
  /** Of the objectives' values, where none wants a class: by it such trials are compared. */
  readonly medianValue?: number;
  /** Objectives that reached 0.9999. */
  readonly reached9999: number;
  /** Median over the objectives of the first iteration at 0.9999; null when fewer than half of them got there. */
  readonly medianIterations: number | null;
  /** One per objective; their pictures are `trials/0003/0012.png` and so on. */
  readonly rows: readonly AscentRow[];
}

/** `summary.json`: written at the end, and by every interruption. */
export interface AscentSummary {
  readonly model: string;
  readonly objectives: number;
  readonly steps: number;
  readonly seed: number;
  readonly adapter: string;
  readonly evaluations: number;
  readonly seconds: number;
  readonly evaluationsPerSecond: number;
  /** Wall-clock seconds that one objective took on average, in a batch with others. */
  readonly secondsPerObjective: number;
  /** Of the objectives that want a class; absent where none does. */
  readonly medianConfidence?: number;
  readonly meanConfidence?: number;
  readonly minConfidence?: number;
  readonly cellsAbove99?: number;
  readonly cellsAbove9999?: number;
  /** Of the others, what their value was at the start and is at the best image; absent where they are attacks. */
  readonly values?: readonly ObjectiveValue[];
  /** Name of the best trial, where several were made. */
  readonly bestTrial?: string;
  /** Where pictures were to be named another class. */
  readonly attack?: AttackSummary;
  readonly complete: boolean;
}

export interface ObjectiveValue {
  readonly objective: string;
  readonly start: number;
  readonly end: number;
}

export interface AttackSummary {
  readonly images: number;
  /** Those that were not named as wanted before. */
  readonly attacked: number;
  /** Of those attacked. */
  readonly succeeded: number;
  /** Null where none was attacked. */
  readonly successRate: number | null;
  /** Medians over the successes of how far they are from their starts, in bytes; null where there is none. */
  readonly medianL2: number | null;
  readonly medianLinf: number | null;
}

/** The film strip of an objective: small PNGs `frames/0012/0008.png` by the objective's place and the iteration. */
export const framePath = (objective: number, iteration: number): string =>
  `frames/${String(objective).padStart(4, '0')}/${String(iteration).padStart(4, '0')}.png`;

/** Objectives that get a film strip: the first ones. */
export const mostStrips = 24;
