/** Finds the class that a name means: a label, a WordNet id, the first words of a label, or a number. */
import { nearestName } from '../util/nearest-name.ts';
import { wordNetId } from './imagenet-labels.ts';

/** Names that a message proposes. */
const mostHints = 3;

export class ClassNames {
  /** Classes by name, lower case; those named first win over those named later. */
  readonly #classes: ReadonlyMap<string, ReadonlySet<number>>[];
  readonly #example: string;

  /** @param labels by class number, e.g. `7` or `n01443537 goldfish, Carassius auratus` */
  constructor(private readonly labels: readonly string[]) {
    this.#classes = [
      wholeLabel,
      wordNetId,
      words,
      firstWords,
      (_: string, number: number) => String(number),
    ].map((nameOf) => byName(labels, nameOf));
    const [first = ''] = labels;
    const id = wordNetId(first);
    const asId = id === undefined ? '' : `, a WordNet id such as ${id},`;
    this.#example = `a class number from 0 to ${String(labels.length - 1)}${asId} or a label such as "${firstWords(first)}"`;
  }

  /**
   * The number of the class; upper and lower case are the same, and so are spaces and underscores.
   * @returns what is wrong and what was expected, when the name fits no class or several
   */
  find(name: string): number | string {
    const wanted = normal(name);
    for (const classes of this.#classes) {
      const [found, another] = classes.get(wanted) ?? [];
      if (found === undefined) continue;
      if (another === undefined) return found;
      return `"${name}" is the label of several classes, among them ${String(found)} (${this.labels[found] ?? ''}) and ${String(another)} (${this.labels[another] ?? ''}): name the number`;
    }
    const meant = this.#meantBy(wanted).map((known) => `"${known}"`);
    const last = meant.pop();
    const hint =
      last === undefined ? '' : `; was ${meant.length > 0 ? `${meant.join(', ')} or ${last}` : last} meant?`;
    return `"${name}" is none of the model's classes: expected ${this.#example}${hint}`;
  }

  /** First words of labels that have these words, else of the one that has the most similar name. */
  #meantBy(wanted: string): string[] {
    if (/^\d*$/.test(wanted)) return [];
    const containing = this.labels.filter((label) =>
      ` ${normal(label).replaceAll(',', ' ')} `.includes(` ${wanted} `),
    );
    if (containing.length > 0) return [...new Set(containing.map(firstWords))].slice(0, mostHints);
    const names = new Map(
      this.labels.flatMap((label) => namesIn(label).map((name) => [normal(name), firstWords(label)])),
    );
    const nearest = names.get(nearestName(wanted, [...names.keys()]) ?? '');
    return nearest === undefined ? [] : [nearest];
  }
}

function byName(
  labels: readonly string[],
  nameOf: (label: string, number: number) => string | undefined,
): Map<string, Set<number>> {
  const classes = new Map<string, Set<number>>();
  labels.forEach((label, number) => {
    const name = nameOf(label, number);
    if (name === undefined) return;
    const key = normal(name);
    classes.set(key, (classes.get(key) ?? new Set()).add(number));
  });
  return classes;
}

const wholeLabel = (label: string): string => label;

/** The label without its WordNet id. */
function words(label: string): string {
  return label.slice(wordNetId(label)?.length ?? 0).trim();
}

/** `goldfish` of `n01443537 goldfish, Carassius auratus`. */
export function firstWords(label: string): string {
  return namesIn(label)[0] ?? '';
}

/** All names of a label, e.g. `goldfish` and `Carassius auratus`. */
const namesIn = (label: string): string[] =>
  words(label)
    .split(',')
    .map((name) => name.trim());

function normal(name: string): string {
  return name.trim().replaceAll('_', ' ').toLowerCase();
}
