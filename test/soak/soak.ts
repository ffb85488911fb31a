/** What every soak test is: a promise tried many times, and a count of what came of it. */

export interface SoakOptions {
  readonly count: number;
  readonly seed: number;
  /** For commands in processes of their own; devices of this process are opened on it too. */
  readonly adapter: string;
  /** Says how far it is, on standard error. */
  readonly note: (text: string) => void;
}

export interface TuningResult {
  /** In the order in which a table shows them. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** A sentence for each promise that did not hold. */
  readonly broken: readonly string[];
}

export interface Soak {
  /** One line. */
  readonly tries: string;
  /** How often, unless told. */
  readonly count: number;
  readonly run: (options: SoakOptions) => Promise<TuningResult>;
}

/** A number from 0 up to 1, the next of a sequence that a seed gives (mulberry32). */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

export function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[below(random, choices.length)]!;
}

/** Counts by name, in the order in which the names were given. */
export class Tally<Name extends string> {
  readonly counts: Record<Name, number>;
  readonly broken: string[] = [];

  constructor(...names: readonly Name[]) {
    this.counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  }

  add(name: Name): void {
    this.counts[name]++;
  }

  /** Counts a broken promise, says so at once, and keeps the first few in words. */
  fail(name: Name, sentence: string): void {
    this.add(name);
    if (this.broken.length >= 20) return;
    this.broken.push(sentence);
    console.error(`BROKEN: ${sentence}`);
  }
}

export const firstDifference = (
  found: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
): string | undefined =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])].find(
    (path) => found[path] !== expected[path],
  );

/** What a promise gave, or the error that it was refused with; what hangs is an error too. */
export async function settled<T>(
  work: () => Promise<T>,
  milliseconds = 60_000,
): Promise<{ readonly value: T } | { readonly error: Error }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`nothing happened for ${String(milliseconds / 1000)} seconds`));
    }, milliseconds);
  });
  try {
    return { value: await Promise.race([work(), late]) };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    clearTimeout(timer);
  }
}
