/** What the report of an ascent is made of. */
import type { AscentFolder } from './read-ascent.ts';

/** A picture on the way, small. */
export interface Frame {
  readonly iteration: number;
  readonly png: Uint8Array;
}

/** An ascent's records and pictures. */
export interface AscentReportInput extends AscentFolder {
  /** PNG bytes by the path that a row gives, shrunk where there are many. A row without one gets an empty place. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  /** Film strips by the objective's place, in the order of the iterations. */
  readonly frames: ReadonlyMap<number, readonly Frame[]>;
}

/** Most frames of a strip that a page shows. */
export const mostFrames = 12;

/** Objectives whose pictures are compared between trials: the first ones. */
export const mostCompared = 6;

/** Trials whose pictures are compared: the best ones. */
export const mostTrialsShown = 12;
