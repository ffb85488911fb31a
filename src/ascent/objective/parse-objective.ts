/** Objectives as text: `conv5:12,6,6`, `logit:12 - 0.5 * probability:7 + 0.1 * conv3:4`. */
import { firstWords } from '../../datasets/class-names.ts';
import { checkTerm, extentOf, ObjectiveError, type ObjectiveModel } from './check-objective.ts';
import { sentence, setting, type Sentence } from '../../util/sentence.ts';
import { classMeasures, type ClassMeasure, type Objective, type Term } from './objective.ts';

/**
 * A sign, a factor, a name, and which of its units. The only name with a hyphen is a measure's; any other hyphen is a
 * minus. Nowhere can two runs of blanks meet, so that any text is read or refused in time linear in its length.
 */
const termPattern =
  /\s*(?:(?<sign>[+-])\s*)?(?:(?<factor>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*\*\s*)?(?<name>log-probability|[A-Za-z_][\w.]*)\s*:\s*(?<unit>\d+)(?:\s*,\s*(?<x>\d+)\s*,\s*(?<y>\d+))?\s*/y;

/**
 * Reads a weighted sum of units. A unit is `probability`, `logit` or `log-probability` with a class, or a layer with a
 * channel (its mean) and perhaps a place x,y: column and row. The last layer's own name means the logit. The objective's
 * name is what `formatObjective` writes; it watches the class that it raises, where that is one.
 * @throws ObjectiveError where the text cannot be read, the model lacks a unit, or the same unit stands there twice
 */
export function parseObjective(text: string, model: ObjectiveModel): Objective {
  try {
    return objectiveOf(readTerms(text, model), model);
  } catch (error) {
    if (!(error instanceof ObjectiveError)) throw error;
    throw new ObjectiveError(sentence`${setting('unit')} ${shorten(text)}: ${error.sentence}`);
  }
}

/**
 * The objective of these terms, each in its shortest form and named by all of them.
 * @throws ObjectiveError where there is none, the model lacks a unit, or the same unit stands there twice
 */
export function objectiveOf(terms: readonly Term[], model: ObjectiveModel): Objective {
  if (terms.length === 0) throw new ObjectiveError('an objective names no unit: there is nothing to climb');
  const simple: Term[] = [];
  for (const term of terms) addTerm(simple, term, model);
  return { name: formatObjective({ terms: simple }), terms: simple, watched: raisedClass(simple) };
}

/** Adds it in the shortest words. @throws ObjectiveError where the model lacks it, or it stands there already */
function addTerm(terms: Term[], written: Term, model: ObjectiveModel): void {
  checkTerm(written, model);
  const term = simplest(written, model);
  const unit = formatUnit(term);
  if (terms.some((other) => formatUnit(other) === unit))
    throw new ObjectiveError(`${unit} stands there twice: add its factors up`);
  terms.push(term);
}

function readTerms(text: string, model: ObjectiveModel): Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < text.length || at === 0;) {
    termPattern.lastIndex = at;
    const match = termPattern.exec(text);
    if (!match) throw unreadable(text.slice(at));
    if (at > 0 && match.groups?.['sign'] === undefined)
      throw new ObjectiveError(`expected + or - before “${shorten(text.slice(at))}”`);
    addTerm(terms, termOf(match.groups ?? {}), model);
    at = termPattern.lastIndex;
  }
  return terms;
}

function unreadable(rest: string): ObjectiveError {
  if (rest.trim() === '') return new ObjectiveError('expected a unit, e.g. logit:3');
  return new ObjectiveError(
    rest.startsWith(',')
      ? `expected a place of two numbers, x,y, at “${shorten(rest)}”`
      : `expected a unit, e.g. logit:3 or 0.5 * conv1:12,6,6, at “${shorten(rest)}”`,
  );
}

function termOf(groups: Readonly<Record<string, string | undefined>>): Term {
  const { sign, factor = '1', name = '', unit, x, y } = groups;
  const weight = (sign === '-' ? -1 : 1) * Number(factor);
  const measure = classMeasures.find((known) => known === name);
  if (!measure) {
    const place = x !== undefined && y !== undefined && { place: [Number(x), Number(y)] as const };
    return { of: 'unit', layer: name, channel: Number(unit), weight, ...place };
  }
  if (x !== undefined) throw new ObjectiveError(`a ${measure} has no place: leave ${x},${String(y)} out`);
  return { of: measure, class: Number(unit), weight };
}

/** The same unit in the shortest words. */
function simplest(term: Term, { architecture }: ObjectiveModel): Term {
  if (term.of !== 'unit') return term;
  const { layer, channel, weight } = term;
  if (layer === architecture.layers.at(-1)?.name) return { of: 'logit', class: channel, weight };
  const [, height, width] = extentOf(layer, architecture);
  // The only place of a channel is its mean.
  return height * width === 1 ? { of: 'unit', layer, channel, weight } : term;
}

/** As `parseObjective` reads it: one form for each meaning. */
export function formatObjective({ terms }: Pick<Objective, 'terms'>): string {
  return terms
    .map((term, index) => {
      const size = Math.abs(term.weight);
      const product = size === 1 ? formatUnit(term) : `${String(size)} * ${formatUnit(term)}`;
      if (index === 0) return term.weight < 0 ? `-${product}` : product;
      return `${term.weight < 0 ? '-' : '+'} ${product}`;
    })
    .join(' ');
}

function formatUnit(term: Term): string {
  if (term.of !== 'unit') return `${term.of}:${String(term.class)}`;
  return [`${term.layer}:${String(term.channel)}`, ...(term.place ?? [])].join();
}

/** The class whose measures are raised, where it is one and no more. */
function raisedClass(terms: readonly Term[]): number | null {
  const raised = new Set(
    terms.flatMap((term) => (term.of !== 'unit' && term.weight > 0 ? [term.class] : [])),
  );
  const [only = null] = raised;
  return raised.size === 1 ? only : null;
}

/**
 * One objective per class, which raises it and lowers those that are to be avoided.
 * @throws ObjectiveError for a class that the model does not have, that is named twice, or both wanted and avoided
 */
export function classObjectives(
  classes: readonly number[],
  measure: ClassMeasure,
  avoid: readonly number[],
  model: ObjectiveModel,
): Objective[] {
  const lowered = avoid.map((other): Term => ({ of: measure, class: other, weight: -1 }));
  for (const [name, list] of Object.entries({ class: classes, avoid })) {
    const twice = list.find((one, index) => list.indexOf(one) !== index);
    if (twice !== undefined)
      throw new ObjectiveError(sentence`${setting(name)}: ${twice} stands there twice`);
  }
  return classes.map((wanted) => {
    const terms: Term[] = [{ of: measure, class: wanted, weight: 1 }, ...lowered];
    for (const term of terms) checkTerm(term, model);
    if (avoid.includes(wanted)) throw new ObjectiveError(contradiction(wanted, classes));
    return { name: `class ${String(wanted)}`, terms, watched: wanted };
  });
}

/**
 * That the network names another class than this one, whichever it is.
 * @param label of the class, by which the objective goes where it says more than the number
 * @throws ObjectiveError for a class that the model does not have
 */
export function leavingObjective(
  shown: number,
  measure: ClassMeasure,
  model: ObjectiveModel,
  label = '',
): Objective {
  const term: Term = { of: measure, class: shown, weight: -1 };
  checkTerm(term, model);
  const words = firstWords(label);
  const saysMore = words !== '' && words !== String(shown);
  return { name: `away from ${saysMore ? words : `class ${String(shown)}`}`, terms: [term], watched: null };
}

function contradiction(wanted: number, classes: readonly number[]): Sentence {
  const advice = classes.length > 1 ? `: leave it out of one of them` : ', and nothing else is wanted';
  return sentence`class ${wanted} is named by both ${setting('class')} and ${setting('avoid')}${advice}`;
}

const quoted = 60;
const shorten = (text: string): string => (text.length > quoted ? `${text.slice(0, quoted)}…` : text);
