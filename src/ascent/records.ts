/** The files of an ascent's run folder as types: everything a report, a resume or a verification reads. */
import type { CppnGenome } from '../encodings/encoding.ts';
import type { RunRecord } from '../evolution/run-record.ts';
import type { ChoiceTable } from '../gpu/tuning.ts';
import type { AscentSettings, Climb } from './settings.ts';

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
  /** At which the best image was seen; 0 is the start, before any step. */
  readonly iteration: number;
  /** Iterations that were done. */
  readonly iterations: number;
  /** First iteration at which the network names the wanted class; null for never, or where none is wanted. */
  readonly firstNamed: number | null;
  /** First iteration at which the confidence reached each of `milestones`; null for never. */
  readonly reached: readonly (number | null)[];
  /** Why it ended before its steps were done, e.g. `the gradient vanishes at relu6`. */
  readonly fault?: string;
  /** From the picture that it started from, in bytes: Euclidean, and of the value that changed most. */
  readonly distance?: { readonly l2: number; readonly linf: number };
  /** Path of the PNG. */
  readonly picture: string;
  /** Of a climbed CPPN. */
  readonly genome?: CppnGenome;
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

/** A line of `progress.jsonl`: one per read-back. Confidences are the best so far of the objectives that have begun. */
export interface AscentProgress {
  readonly trial: number;
  /** Of the batch that is climbed. */
  readonly iteration: number;
  /** Images judged so far in the whole run. */
  readonly evaluations: number;
  /** Wall-clock seconds spent in this run so far, interruptions left out. */
  readonly seconds: number;
  readonly median: number;
  readonly mean: number;
  readonly min: number;
  readonly best: number;
}

/** `trials.json` is an array of these where several trials were made, in their order. */
export interface TrialRecord {
  readonly name: string;
  readonly climb: Climb;
  readonly medianConfidence: number;
  readonly meanConfidence: number;
  readonly minConfidence: number;
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
  readonly medianConfidence: number;
  readonly meanConfidence: number;
  readonly minConfidence: number;
  readonly cellsAbove99: number;
  readonly cellsAbove9999: number;
  /** Name of the best trial, where several were made. */
  readonly bestTrial?: string;
  readonly complete: boolean;
}

/** The film strip of an objective: small PNGs `frames/0012/0008.png` by the objective's place and the iteration. */
export const framePath = (objective: number, iteration: number): string =>
  `frames/${String(objective).padStart(4, '0')}/${String(iteration).padStart(4, '0')}.png`;

/** Objectives that get a film strip: the first ones. */
export const mostStrips = 24;
