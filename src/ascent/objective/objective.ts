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

/** A summand of an objective. */
export type Term = ClassTerm | UnitTerm;

/** What an image is climbed towards: Σ of its terms, each a weighted probability, logit, log-probability or unit. */
export interface Objective {
  /** As the user wrote it, e.g. `class 12` or `conv5:12,6,6`. */
  readonly name: string;
  readonly terms: readonly Term[];
  /** The class whose confidence is recorded; null for the one that the network names, whichever it is. */
  readonly watched: number | null;
  /** Place of the picture that it starts from, where there are several. */
  readonly picture?: number;
}

/** What is wanted of a class: that the network names it, or that it names another. */
export interface ClassGoal {
  readonly aim: 'named' | 'left';
  readonly class: number;
}

/** Of an objective about classes; undefined of one that is about anything else, too. */
export function classGoal({ terms, watched }: Objective): ClassGoal | undefined {
  if (watched !== null) return { aim: 'named', class: watched };
  const lowered = new Set(
    terms.map((term) => (term.of !== 'unit' && term.weight < 0 ? term.class : undefined)),
  );
  const [only] = lowered;
  return lowered.size === 1 && only !== undefined ? { aim: 'left', class: only } : undefined;
}
