/** What is climbed: a weighted sum of units of the network (paper §2.4; sums in the manner of feature visualisation). */

/** Of the last layer: the softmax probability of a class, its logit, or the logarithm of its probability. */
export interface ClassTerm {
  readonly of: ClassMeasure;
  readonly class: number;
  readonly weight: number;
}

/** A unit of any layer; without a place the mean over its channel. */
export interface UnitTerm {
  readonly of: 'unit';
  readonly layer: string;
  readonly channel: number;
  readonly place?: readonly [x: number, y: number];
  readonly weight: number;
}

export const classMeasures = ['probability', 'logit', 'log-probability'] as const;
export type ClassMeasure = (typeof classMeasures)[number];

export type Term = ClassTerm | UnitTerm;

export interface Objective {
  /** As the user wrote it, e.g. `class 12` or `conv5:12,6,6`. */
  readonly name: string;
  readonly terms: readonly Term[];
  /** The class whose confidence is recorded; null for the one that the network names, whichever it is. */
  readonly watched: number | null;
}
