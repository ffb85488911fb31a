/** Objectives in a few words: units of the network, their sums, and what a class is to be left for. */
import { ClassNames } from '../../datasets/class-names.ts';
import { checkObjective, ObjectiveError, type ObjectiveModel } from './check-objective.ts';
import type { ClassMeasure, Objective, Term, UnitTerm } from './objective.ts';
import { leavingObjective, objectiveOf, parseObjective } from './parse-objective.ts';

/** A class by its number, its label's first words, or its WordNet id. */
export type ClassName = number | string;

/** Terms whose classes may still be names. */
export interface ObjectiveSum {
  readonly terms: readonly (NamedClassTerm | UnitTerm)[];
}

/** A term of an objective whose class is said by number or by label: weight · measure of the class. */
export interface NamedClassTerm {
  readonly of: ClassMeasure;
  readonly class: ClassName;
  readonly weight: number;
}

/** An objective that lowers the class that an image shows, whichever it is named instead. */
export interface AwayFrom {
  readonly leaves: ClassName;
  readonly measure: ClassMeasure;
}

/** Text such as `logit:12 - 0.5 * conv5:7,6,6`, what the functions below make, or an objective with its terms. */
export type ObjectiveSource = string | ObjectiveSum | AwayFrom | Objective;

const ofClass = (of: ClassMeasure, wanted: ClassName): ObjectiveSum => ({
  terms: [{ of, class: wanted, weight: 1 }],
});

/** The softmax probability of a class. */
export const probability = (wanted: ClassName): ObjectiveSum => ofClass('probability', wanted);

/** The input of the softmax for a class. */
export const logit = (wanted: ClassName): ObjectiveSum => ofClass('logit', wanted);

/** The logarithm of a class's probability. */
export const logProbability = (wanted: ClassName): ObjectiveSum => ofClass('log-probability', wanted);

/** A channel of a layer: one of its units, by column and row, or the mean over all of them. */
export function unit(layer: string, channel: number, place?: readonly [x: number, y: number]): ObjectiveSum {
  return { terms: [{ of: 'unit', layer, channel, ...(place && { place }), weight: 1 }] };
}

/** An objective times a number; a negative one climbs away from it. */
export function times(weight: number, { terms }: ObjectiveSum): ObjectiveSum {
  return { terms: terms.map((term) => ({ ...term, weight: weight * term.weight })) };
}

/** The sum of objectives, e.g. `sum(logit('goldfish'), times(-0.5, unit('conv5', 7)))`. */
export function sum(...objectives: readonly ObjectiveSum[]): ObjectiveSum {
  return { terms: objectives.flatMap(({ terms }) => terms) };
}

/** That the network names another class than this one, whichever it is. */
export const awayFrom = (shown: ClassName, measure: ClassMeasure = 'log-probability'): AwayFrom => ({
  leaves: shown,
  measure,
});

/**
 * The objective that is meant, with a model at hand.
 * @throws ObjectiveError for a class or unit that the model does not have, one that is named twice, or text that cannot be read
 */
export function objectiveFrom(source: ObjectiveSource, model: ObjectiveModel): Objective {
  if (typeof source === 'string') return parseObjective(source, model);
  if ('name' in source) {
    checkObjective(source, model);
    return source;
  }
  const numberOf = classNumbers(model);
  if ('leaves' in source) {
    const shown = numberOf(source.leaves);
    return leavingObjective(shown, source.measure, model, model.labels[shown]);
  }
  const terms = source.terms.map((term): Term =>
    term.of === 'unit' ? term : { ...term, class: numberOf(term.class) },
  );
  return objectiveOf(terms, model);
}

function classNumbers({ labels }: ObjectiveModel): (name: ClassName) => number {
  const names = new ClassNames(labels);
  return (name) => {
    if (typeof name === 'number') return name;
    const found = names.find(name);
    if (typeof found === 'string') throw new ObjectiveError(found);
    return found;
  };
}
