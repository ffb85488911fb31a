/** What the definition of a kernel is told, and what it tells. */

/** The operands of a kernel, and how long its result is. */
export interface Known {
  /** Constants of its pipeline. */
  readonly constants: Readonly<Record<string, number>>;
  /** Value of a binding at an index. */
  readonly at: (binding: string, index: number) => number;
  /** Floats of the result. */
  readonly length: number;
  /** Floats of a binding. */
  readonly lengthOf: (binding: string) => number;
}

export interface Reference {
  /** Binding of the result. */
  readonly result: string;
  /** Bindings whose bytes are places in a window, with the number of places. */
  readonly places?: (constants: Readonly<Record<string, number>>) => Readonly<Record<string, number>>;
  /** One element; undefined where it only pads a row. */
  readonly element: (known: Known, index: number) => number | undefined;
}

/** What a kernel stores of a sum, where it may be a rectified linear unit as well. */
export const finished = ({ constants: { RECTIFIED = 0 } }: Known, sum: number): number =>
  RECTIFIED === 1 ? Math.max(0, sum) : sum;

type Sizes<Name extends string> = Readonly<Record<Name, number>>;

/** Constants by name, each of which must be there. */
export function sizes<Name extends string>({ constants }: Known, ...names: readonly Name[]): Sizes<Name> {
  return Object.fromEntries(
    names.map((name) => {
      const value = constants[name];
      if (value === undefined) throw new RangeError(`the kernel has no constant ${name}`);
      return [name, value];
    }),
  ) as Sizes<Name>;
}

export const divide = (index: number, by: number): readonly [quotient: number, rest: number] => [
  Math.floor(index / by),
  index % by,
];

export const ceil4 = (size: number): number => Math.ceil(size / 4) * 4;
