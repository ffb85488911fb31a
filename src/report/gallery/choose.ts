/** Which pictures of a gallery are shown, and in which order. */
import { isNamed, wordsOf } from '../class-search.ts';
import { shortLabel } from '../format.ts';
import type { GalleryData, GalleryEntry, Method } from './gallery-data.ts';

export const orders = {
  surest: 'surest first',
  'least-sure': 'least sure first',
  class: 'by class',
  latest: 'latest generation first',
  earliest: 'earliest generation first',
} as const;
export type Order = keyof typeof orders;

/** What is left out does not matter. */
export interface GalleryChoice {
  /** Words of a class's name, in any order, or its number. */
  readonly words: string;
  readonly method?: Method | undefined;
  readonly model?: number | undefined;
  readonly run?: number | undefined;
  readonly order: Order;
}

/** What is worked out once, so that a letter typed costs little. */
export class Chooser {
  readonly #names: readonly string[];
  /** By class: places among all entries. */
  readonly #sorted = new Map<Order, readonly number[]>();

  constructor(private readonly data: GalleryData) {
    this.#names = data.entries.map(({ label, class: number }) => `${label} ${String(number)}`.toLowerCase());
  }

  /** Places of the entries that are wanted, in the order that is wanted. */
  choose({ words, method, model, run, order }: GalleryChoice): number[] {
    const wanted = wordsOf(words);
    const { runs, entries } = this.data;
    const fits = runs.map(
      (one, index) =>
        (run ?? index) === index &&
        (method ?? one.method) === one.method &&
        (model ?? one.model) === one.model,
    );
    return this.#inOrder(order).filter((place) => {
      const entry = entries[place];
      return (
        entry !== undefined &&
        fits[entry.run] === true &&
        isNamed(wanted, this.#names[place] ?? '', entry.class)
      );
    });
  }

  #inOrder(order: Order): readonly number[] {
    const known = this.#sorted.get(order);
    if (known) return known;
    const compare = comparisonOf(order, this.data.entries);
    // Equal ones stay in the order of the runs and their archives.
    const sorted = [...this.data.entries.keys()].sort(compare);
    this.#sorted.set(order, sorted);
    return sorted;
  }
}

type Compare = (one: number, other: number) => number;

function comparisonOf(order: Order, entries: readonly GalleryEntry[]): Compare {
  const by =
    (value: (entry: GalleryEntry) => number): Compare =>
    (one, other) => {
      const [a, b] = [entries[one], entries[other]];
      return a && b ? value(a) - value(b) : 0;
    };
  switch (order) {
    case 'surest':
      return by(({ logOdds }) => -logOdds);
    case 'least-sure':
      return by(({ logOdds }) => logOdds);
    case 'latest':
      return by(({ generation }) => -generation);
    case 'earliest':
      return by(({ generation }) => generation);
    case 'class': {
      const names = entries.map(({ label }) => shortLabel(label));
      const { compare } = new Intl.Collator('en', { numeric: true });
      return (one, other) => compare(names[one] ?? '', names[other] ?? '');
    }
  }
}
