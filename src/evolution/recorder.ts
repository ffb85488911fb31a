/** What may be done beside a search: the one interface by which it is recorded. It knows no files. */
import type { ConfidenceStatistics } from '../util/confidence-statistics.ts';
import type { Replacement } from './archive.ts';
import type { PhaseTimes } from './phase-times.ts';
import type { Search } from './search.ts';

/** How far a search has come. */
export interface SearchProgress {
  /** Generations that are complete, those before a search was resumed included. */
  readonly generations: number;
  /** Children that were judged in them. */
  readonly evaluations: number;
  /** Since this call of `evolve` began its first generation; times of earlier processes are left out. */
  readonly seconds: number;
  /** Of the same time, and of what went before it. */
  readonly times: PhaseTimes;
}

/** A generation has been judged, and the archive has taken what is better. */
export interface GenerationEvent extends SearchProgress, ConfidenceStatistics {
  /** Median and the others together. */
  readonly statistics: ConfidenceStatistics;
  /** Its number, from 0. */
  readonly generation: number;
  /** Of each cell, in the archive's order; 0 where there is no elite. */
  readonly confidences: Float64Array<ArrayBuffer>;
  readonly replacements: readonly Replacement[];
  /** Whether no generation is to come. */
  readonly isLast: boolean;
}

/** The search is over, or was ended. */
export interface FinishEvent extends SearchProgress {
  /** Whether all generations were done that were asked for. */
  readonly complete: boolean;
}

/** What is done beside a search. All of it may be absent. */
export interface Recorder {
  /**
   * Called while the device judges a generation, so that work of the CPU costs no time. The archive is that of the generation
   * before.
   */
  whileDeviceWorks?(): Promise<void>;
  /**
   * Called after each generation. What is read of the device here, without waiting for it, is the state of this moment,
   * whatever the search does next.
   */
  generation?(event: GenerationEvent): void;
  /** Called once, at the end, and before an error of the network ends a search: the last chance to save. */
  finish?(event: FinishEvent): Promise<void>;
  /** Called when nothing comes any more, also after an error: what is still under way is over when it resolves. */
  close?(): Promise<void>;
}

/** Makes a recorder of a search that is ready on the device. @param generations that are asked for */
export type OpenRecorder = (search: Search, generations: number) => Recorder | Promise<Recorder>;
