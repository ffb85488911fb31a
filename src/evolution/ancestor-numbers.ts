/** Ancestors as one array of numbers, for another thread: long runs have tens of thousands. */
import type { Ancestor, Win } from './lineage.ts';

/** What stands for null: identities and classes are counted from 0. */
const none = -1;

/** Of each: id, parent, from, class, confidence, generation, how many other cells it won, then class and confidence of each. */
export function numbersOf(ancestors: readonly Ancestor[]): Float64Array<ArrayBuffer> {
  const length = ancestors.reduce((sum, { also = [] }) => sum + 7 + 2 * also.length, 0);
  const numbers = new Float64Array(length);
  let at = 0;
  for (const { id, parent, from, class: number, confidence, generation, also = [] } of ancestors) {
    numbers[at++] = id;
    numbers[at++] = parent ?? none;
    numbers[at++] = from ?? none;
    numbers[at++] = number;
    numbers[at++] = confidence;
    numbers[at++] = generation;
    numbers[at++] = also.length;
    for (const win of also) {
      numbers[at++] = win.class;
      numbers[at++] = win.confidence;
    }
  }
  return numbers;
}

/** The ancestors that `numbersOf` was given. */
export function ancestorsOf(numbers: Float64Array): Ancestor[] {
  const ancestors: Ancestor[] = [];
  let at = 0;
  const next = (): number => numbers[at++] ?? 0;
  const orNull = (number: number) => (number === none ? null : number);
  const win = (): Win => ({ class: next(), confidence: next() });
  while (at < numbers.length) {
    const [id, parent, from] = [next(), orNull(next()), orNull(next())];
    const surest = win();
    const generation = next();
    const also = Array.from({ length: next() }, win);
    ancestors.push({ id, parent, from, ...surest, generation, ...(also.length > 0 && { also }) });
  }
  return ancestors;
}
