/** What decides among a kernel's variants before a cost model does, and what a tuner needs to measure them. */
import type { Launch } from './kernel.ts';

/** Variants by the key of a shape, as files hold them; see `shapeKey`. */
export type ChoiceTable = Readonly<Record<string, string>>;

/** Variants that are settled. */
export interface Choices {
  /** The variant for a shape, or undefined where none is settled. One that the adapter does not allow is passed over. */
  variantFor(shape: string): string | undefined;
}

/** A shape that several variants compute, with all that timing them takes. */
export interface TuningTask {
  /** Key of the shape. */
  readonly shape: string;
  /** What is computed, in words, e.g. `conv2 forward`. */
  readonly label: string;
  /** Each on the same operands, by another variant; the first is the one that is taken where nothing was measured. */
  readonly launches: readonly Launch[];
  /** Bytes of each binding, by its name. */
  readonly operands: Readonly<Record<string, number>>;
}

/** Choices for the networks of one device. */
export interface Tuning extends Choices {
  /** Called with a network's kernels before it is built; may time them. */
  prepare?(tasks: readonly TuningTask[]): Promise<void>;
}

/** The choices of a table, and where it has none those of another. */
export function firstOf(table: ChoiceTable, otherwise?: Choices): Choices {
  return {
    variantFor: (shape) => (Object.hasOwn(table, shape) ? table[shape] : otherwise?.variantFor(shape)),
  };
}

/** Nothing is settled: the cost models decide. */
export const noChoices: Choices = { variantFor: () => undefined };
