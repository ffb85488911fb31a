/** What the report of an ascent is made of. */
import type { PagePicture } from './picture.ts';
import type { PictureSheet, SheetPicture } from './picture-sheet.ts';
import type { SavedAscent } from '../runs/ascent/read.ts';

/** A picture on the way, small. */
export interface Frame {
  readonly iteration: number;
  readonly png: Uint8Array;
}

/** An ascent's records and pictures. */
export interface AscentReportInput extends SavedAscent {
  /** How the page calls the run: its folder's name. */
  readonly name: string;
  /** By the path that a row gives. A row without one gets an empty place. */
  readonly pictures: ReadonlyMap<string, PagePicture | SheetPicture>;
  /** That show those of many. */
  readonly sheets?: readonly PictureSheet[];
  /** Small PNGs of what trials are compared by, by the path that a row of theirs gives. */
  readonly compared: ReadonlyMap<string, Uint8Array>;
  /**
   * By which a page of many pictures filters and sorts them, and draws their networks (`dist/report-page.js`); without it, it shows all
   * by class.
   */
  readonly script?: string;
  /** Film strips by the objective's place, in the order of the iterations. */
  readonly frames: ReadonlyMap<number, readonly Frame[]>;
  /** The pictures that it started from, by the path that a row's attack gives. */
  readonly starts: ReadonlyMap<string, PagePicture>;
  /** What was changed of them, by the path of the row's picture. */
  readonly differences: ReadonlyMap<string, EnlargedDifference>;
}

/** What an attack changed, enlarged so that it is seen. */
export interface EnlargedDifference {
  readonly picture: PagePicture;
  /** By which changes are multiplied. */
  readonly times: number;
}

/** Most adversarial examples that a page shows. */
export const mostAttacksShown = 60;

/** Most frames of a strip that a page shows. */
export const mostFrames = 12;

/** Objectives whose pictures are compared between trials: the first ones. */
export const mostCompared = 6;

/** Trials whose pictures are compared: the best ones. */
export const mostTrialsShown = 12;
