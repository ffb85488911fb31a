/**
 * How the shape of a kernel is written on a command line: `64x56x56 3x3 pad 1 out 128 batch 8`. A word names an axis and its value
 * follows it; extents are joined by an x and need no word. Every value may be a list or a range (`axis.ts`), and all combinations
 * are meant.
 */
import { UsageError } from '../../src/cli/usage-error.ts';
import { messageOf } from '../../src/util/message-of.ts';
import { nearestName } from '../../src/util/nearest-name.ts';
import { AxisError, axisValues, looksLikeAxis } from './axis.ts';

/** A word that a value follows. */
export interface AxisWord {
  /** What it sets, to one and the same value: `side` the height and the width. */
  readonly sets: readonly string[];
  readonly least: number;
  /** Shown where it was left out. */
  readonly meaning: string;
}

export interface Notation {
  readonly example: string;
  readonly axes: Readonly<Record<string, AxisWord>>;
  /** What extents joined by an x set: told apart by how many there are. */
  readonly extents: readonly (readonly string[])[];
  /** Words that a number follows which is no axis, such as 0.75. */
  readonly decimals: Readonly<Record<string, number>>;
  /** Words that stand alone. */
  readonly flags: readonly string[];
  /** What axes are where nothing is said. */
  readonly defaults: Readonly<Record<string, number>>;
}

/** One combination of values. */
export interface OwnShape {
  readonly numbers: Readonly<Record<string, number>>;
  readonly flags: readonly string[];
}

/** Combinations of one text at most. */
const mostShapes = 1000;

interface Read {
  /** Of each word or extent, what it sets and to which values. */
  readonly axes: { readonly sets: readonly string[]; readonly values: readonly number[] }[];
  readonly decimals: Record<string, number>;
  readonly flags: string[];
}

/**
 * All shapes that a text stands for; the axis that was named last changes first.
 * @throws UsageError that names the word that was not understood, and shows an example
 */
export function parseShapes(text: string, notation: Notation): OwnShape[] {
  const refuse = (why: string): never => {
    const { axes, decimals, flags, example } = notation;
    const words = [...Object.keys(axes), ...Object.keys(decimals), ...flags].join(', ');
    throw new UsageError(
      `--shape-of "${text}": ${why}${why.endsWith('?') ? '' : '.'} Write it like "${example}"; values may be lists and ranges, as 1,4 or 1..64*2. Words: ${words}`,
    );
  };
  const read: Read = { axes: [], decimals: {}, flags: [] };
  const words = wordsOf(text);
  const known = new Set<string>();
  for (let index = 0; index < words.length;) {
    const [word = '', value] = words.slice(index, index + 2);
    index += readWord(word, value, notation, read, known, refuse);
  }
  const missing = missingOf(known, notation);
  if (missing !== undefined) refuse(`${missing} is missing`);
  const count = read.axes.reduce((product, { values }) => product * values.length, 1);
  if (count > mostShapes) refuse(`it stands for ${String(count)} shapes, more than ${String(mostShapes)}`);
  const numbers = read.axes.reduce<Record<string, number>[]>(
    (shapes, { sets, values }) =>
      shapes.flatMap((shape) =>
        values.map((value) => ({ ...shape, ...Object.fromEntries(sets.map((name) => [name, value])) })),
      ),
    [{ ...notation.defaults, ...notation.decimals, ...read.decimals }],
  );
  const flags = notation.flags.filter((flag) => read.flags.includes(flag));
  return numbers.map((one) => ({ numbers: one, flags }));
}

/** What nothing was said about and has no usual value, in words. */
function missingOf(known: ReadonlySet<string>, { axes, extents, defaults }: Notation): string | undefined {
  const isMissing = (name: string) => !known.has(name) && !(name in defaults);
  const extent = extents.find((names) => names.some(isMissing));
  if (extent) return extent.join(' x ');
  const axis = Object.entries(axes).find(([, { sets }]) => sets.some(isMissing));
  return axis && `${axis[0]} (${axis[1].meaning})`;
}

/** `64 × 56 × 56, pad=1` as `64x56x56`, `pad`, `1`. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/(?<=\d)\s*[x×]\s*(?=\d)/gi, 'x')
    .split(/[\s=;]+/)
    .map((word) => word.replace(/,$/, ''))
    .filter((word) => word !== '');
}

/** @returns how many words were read */
function readWord(
  word: string,
  value: string | undefined,
  notation: Notation,
  read: Read,
  known: Set<string>,
  refuse: (why: string) => never,
): number {
  const once = (names: readonly string[], said: string) => {
    const again = names.find((name) => known.has(name));
    if (again !== undefined) refuse(`“${said}” says ${again} a second time`);
    for (const name of names) known.add(name);
  };
  const set = (sets: readonly string[], text: string, least: number, said: string) => {
    once(sets, said);
    try {
      read.axes.push({ sets, values: axisValues(text, least) });
    } catch (error) {
      if (!(error instanceof AxisError)) throw error;
      refuse(`“${said}” is not understood: ${messageOf(error)}`);
    }
  };
  if (word.split('x').every(looksLikeAxis)) {
    const parts = word.split('x');
    const names = notation.extents.find(({ length }) => length === parts.length);
    const forms = notation.extents.map((extent) => extent.join('x')).join(' or ');
    if (!names) return refuse(`“${word}” is not understood: ${forms || 'a word'} is expected`);
    for (const [index, name] of names.entries())
      set([name], parts[index] ?? '', leastOf(name, notation), word);
    return 1;
  }
  const name = word.toLowerCase();
  if (notation.flags.includes(name)) {
    once([name], word);
    read.flags.push(name);
    return 1;
  }
  const axis = Object.hasOwn(notation.axes, name) ? notation.axes[name] : undefined;
  if (axis) {
    if (value === undefined) return refuse(`“${word}” has no value: ${axis.meaning}`);
    set(axis.sets, value, axis.least, `${word} ${value}`);
    return 2;
  }
  if (Object.hasOwn(notation.decimals, name)) {
    const number = Number(value);
    if (!/^\d*\.?\d+(e[+-]?\d+)?$/i.test(value ?? '') || !Number.isFinite(number))
      refuse(`“${word} ${value ?? ''}” is not understood: a number is expected`);
    once([name], word);
    read.decimals[name] = number;
    return 2;
  }
  const nearest = nearestName(name, [
    ...Object.keys(notation.axes),
    ...Object.keys(notation.decimals),
    ...notation.flags,
  ]);
  return refuse(`“${word}” is not understood${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
}

const leastOf = (name: string, { axes }: Notation): number =>
  Object.values(axes).find(({ sets }) => sets.includes(name))?.least ?? 1;

/** A shape in the same notation, without what goes without saying: what a row is called, and what gives it again. */
export function shapeText({ numbers, flags }: OwnShape, notation: Notation): string {
  const { axes, extents, decimals, defaults } = notation;
  const joined = extents.map((names) => names.map((name) => String(numbers[name])).join('x'));
  const inExtents = new Set(extents.flat());
  const named = Object.entries(axes).flatMap(
    ([
      word,
      {
        sets: [name = '', ...more],
      },
    ]) => {
      const usual = numbers[name] === defaults[word] && word !== 'batch';
      return more.length > 0 || inExtents.has(name) || usual ? [] : [`${word} ${String(numbers[name])}`];
    },
  );
  const others = Object.entries(decimals).flatMap(([word, usual]) =>
    numbers[word] === usual ? [] : [`${word} ${String(numbers[word])}`],
  );
  return [...joined, ...named, ...others, ...flags].join(' ');
}
