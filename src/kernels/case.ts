/** What a case of a kernel family is: a launch of a small shape and its operands, chosen for an edge that a kernel may get wrong. */
import type { Launch } from '../gpu/kernel.ts';
import { RandomStream } from '../random/threefry.ts';
import type { EntryOf, KernelFamily } from './family.ts';
import type { FamilyReference, View } from './reference.ts';
import type { Target, Variant } from './tuning/variant.ts';

/** An operand by what is in it before the launch. */
export type Operand =
  /** Uniform in [−size, size). */
  | { readonly kind: 'floats' | 'halves'; readonly length: number; readonly size: number }
  /** Whole numbers from −size to size, as floats: many are equal, and sums of them are exact. */
  | { readonly kind: 'whole'; readonly length: number; readonly size: number }
  /** Uniform below a limit. */
  | { readonly kind: 'words' | 'shorts' | 'bytes'; readonly length: number; readonly below: number }
  | { readonly kind: 'given'; readonly content: Content; readonly view: View }
  /** What no kernel has written yet: NaN, or numbers that no case gives. */
  | { readonly kind: 'unwritten'; readonly view: View; readonly length: number };

export type Content =
  Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

export const floats = (length: number, size = 1): Operand => ({ kind: 'floats', length, size });
export const halves = (length: number, size = 1): Operand => ({ kind: 'halves', length, size });
export const whole = (length: number, size: number): Operand => ({ kind: 'whole', length, size });
export const words = (length: number, below = 2 ** 32): Operand => ({ kind: 'words', length, below });
export const shorts = (length: number): Operand => ({ kind: 'shorts', length, below: 2 ** 16 });
export const bytes = (length: number, below = 256): Operand => ({ kind: 'bytes', length, below });
export const unwritten = (length: number, view: View = 'floats'): Operand => ({
  kind: 'unwritten',
  view,
  length,
});

export function given(content: Content): Operand {
  const view =
    content instanceof Float32Array
      ? 'floats'
      : content instanceof Uint32Array
        ? 'words'
        : content instanceof Uint16Array
          ? 'shorts'
          : 'bytes';
  return { kind: 'given', content, view };
}

/** |found − defined| ≤ atol + rtol · |defined|. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
  /** At least so much of a result is exactly what is defined. */
  readonly exactShare?: number;
}

/** For sums of a few dozen products of numbers below 1. */
export const ofSums: Tolerance = { atol: 2e-5, rtol: 2e-5 };
export const exact: Tolerance = { atol: 0, rtol: 0 };

export interface Case {
  /** In words, unique within its entry. */
  readonly name: string;
  readonly launch: (target: Target, variant?: string) => Launch;
  /** By the names of the shader's variables, results included. */
  readonly operands: Readonly<Record<string, Operand>>;
  /** Default: `ofSums`. */
  readonly tolerance?: Tolerance;
  /** Drivers that run on the CPU compile it for seconds: `npm test` leaves it to the full run. */
  readonly compilesLong?: boolean;
}

/** What is tried of a family: its variants, all by the same cases, or each of its entry points. */
type TriedOf<F extends KernelFamily> = F extends { readonly variants: readonly Variant[] }
  ? 'variants'
  : EntryOf<F>;

/**
 * A family with its reference and its cases, at least one of each that is tried.
 * @typeParam Tried named where it is other than usual: entry points that stand beside variants, or that compute the same
 */
export interface FamilyCases<
  F extends KernelFamily = KernelFamily,
  Tried extends EntryOf<F> | 'variants' = TriedOf<F>,
> {
  readonly family: F;
  readonly reference: FamilyReference<Tried>;
  readonly cases: Readonly<Record<Tried, readonly [Case, ...Case[]]>>;
}

/** Floats uniform in [−size, size), the same for the same seed. */
export function randomFloats(length: number, seed: number, size = 1): Float32Array<ArrayBuffer> {
  const random = RandomStream.of(seed);
  return Float32Array.from({ length }, () => size * (random.below(2 ** 24) / 2 ** 23 - 1));
}

/** A list as cases want it, which is known not to be empty. @throws RangeError where it is */
export function atLeastOne<T>(all: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = all;
  if (first === undefined) throw new RangeError('a family without a case');
  return [first, ...rest];
}
