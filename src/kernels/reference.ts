/**
 * What the reference of a kernel family is: each element of its results by its formula, in doubles and plain loops. Tests hold
 * the kernels against it on whole results, `fool bench` on some elements before it times them.
 */

/** How the bytes of an operand are read. */
export type View = 'floats' | 'words' | 'shorts' | 'bytes' | 'halves';

/** The operands of a launch by the names of the shader's variables, as they were before it. */
export interface Operands {
  /** Constants of the pipeline, and those of the tile that its text was specialised for. */
  readonly constants: Readonly<Record<string, number>>;
  /** Reads an operand at an index. @param view what its words are read as; default: the type that it has there */
  values(name: string, view?: View): (index: number) => number;
  /** How many values an operand has. */
  length(name: string): number;
}

/** Prepares what all elements share; then the element at an index, or undefined where it may be anything. */
export type Definition = (operands: Operands) => (index: number) => number | undefined;

export interface Reference {
  /** By the name of the result. */
  readonly results: Readonly<Record<string, Definition>>;
  /** Whether `fool bench kernels` measures it alone. */
  readonly measured?: true;
  /** Operands whose bytes are whole numbers below a limit. */
  readonly bytesBelow?: (constants: Operands['constants']) => Readonly<Record<string, number>>;
}

/** Entry points of a family that compute the same by other means share the reference `variants`. */
export type FamilyReference<Entry extends string = string> = Readonly<Record<Entry, Reference>>;

type Sizes<Name extends string> = Readonly<Record<Name, number>>;

/** Constants by name. @throws RangeError for one that the kernel does not have */
export function sizes<Name extends string>(
  { constants }: Pick<Operands, 'constants'>,
  ...names: readonly Name[]
): Sizes<Name> {
  return Object.fromEntries(
    names.map((name) => {
      const value = constants[name];
      if (value === undefined) throw new RangeError(`the kernel has no constant ${name}`);
      return [name, value];
    }),
  ) as Sizes<Name>;
}

/** An index of a tensor by its axes, the outermost first. */
export type Place<Inner extends readonly number[]> = [number, ...{ [Axis in keyof Inner]: number }];

/** Place of an index in a tensor of these axes, behind an outermost one whose size need not be said. */
export function placeOf<Inner extends readonly number[]>(index: number, ...inner: Inner): Place<Inner> {
  const place = [index, ...inner];
  let rest = index;
  for (let axis = inner.length; axis > 0; axis--) {
    const size = inner[axis - 1] ?? 1;
    place[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  place[0] = rest;
  return place as unknown as Place<Inner>;
}

/** What a kernel stores of a sum, where it may be a rectified linear unit as well. */
export const finished = ({ constants: { RECTIFIED = 0 } }: Operands, sum: number): number =>
  RECTIFIED === 1 ? Math.max(0, sum) : sum;

/**
 * What a kernel stores of the gradient of a pool's output, where it stores that of the pool's input: each value goes to the place
 * of its maximum, the others of its window are zero.
 * @param stored element of the gradient of the output
 */
export function storedThroughPool(
  operands: Operands,
  batch: number,
  stored: (index: number) => number,
): (index: number) => number {
  const { POOLED_WIDTH } = operands.constants;
  if (POOLED_WIDTH === undefined) return stored;
  const argmax = operands.values('argmax', 'bytes');
  return (index) => {
    const [row, column, image] = placeOf(index, 2 * POOLED_WIDTH, batch);
    const [top, left] = [Math.floor(row / 2), Math.floor(column / 2)];
    const from = (top * POOLED_WIDTH + left) * batch + image;
    const [word, byte] = placeOf(from, Math.min(4, batch));
    return argmax(4 * word + byte) === (row % 2) * 2 + (column % 2) ? stored(from) : 0;
  };
}

export const ceil4 = (size: number): number => Math.ceil(size / 4) * 4;

/** Σ of a function of the whole numbers below a count. */
export function sumOver(count: number, term: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += term(index);
  return sum;
}

/** The number in [0, 1) that shaders make of the upper 24 bits of a random word. */
export const uniformOf = (word: number): number => (word >>> 8) / 2 ** 24;

/** The normal number that shaders make of two random words. */
export const normalOf = ([one, other]: readonly [number, number]): number =>
  Math.sqrt(-2 * Math.log(1 - uniformOf(one))) * Math.cos(Math.PI * (2 * uniformOf(other) - 1));
