/** What can be set of an experiment: a value at each scale, and how the command line calls and reads it. */
import { z } from 'zod';
import { SettingsError } from '../util/sentence.ts';

/** `paper`: exactly as the paper has it. `quick`: minutes on a machine without a GPU. */
export type Scale = 'quick' | 'paper';
export const scales = ['quick', 'paper'] as const;

/** Null where something that need not be given is not. */
export type SettingValue = number | string | readonly number[] | null;

export interface Setting<T extends SettingValue> {
  readonly about: string;
  /** What stands for the value in help, e.g. `n`. */
  readonly placeholder: string;
  readonly quick: T;
  readonly paper: T;
  /** @throws SettingError saying what was expected */
  readonly parse: (text: string) => T;
  readonly schema: z.ZodType<T>;
  /** What stands for a missing value; default: `all`. */
  readonly none?: string;
  /** Whether the numbers are of classes of the model, which has names for them. */
  readonly ofClasses?: boolean;
}

export type Settings = Readonly<Record<string, Setting<SettingValue>>>;
export type ValuesOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};
export type Values = Readonly<Record<string, SettingValue>>;

/** A value that a setting cannot have. */
export class SettingError extends SettingsError {
  override readonly name = 'SettingError';
}

type AtScales<T> = Readonly<Record<Scale, T>>;

/** More than any computer does; keeps a slip of the finger from being tried. */
const most = 1e9;

/** A whole number. */
export function countSetting(about: string, { quick, paper }: AtScales<number>, least = 1): Setting<number> {
  const schema = z.int().min(least).max(most);
  const parse = (text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text.trim()) && schema.safeParse(value).success) return value;
    throw new SettingError(`expected a whole number from ${String(least)} to ${String(most)}`);
  };
  return { about, placeholder: 'n', quick, paper, parse, schema };
}

/** A number that need not be whole. */
export function decimal(
  about: string,
  { quick, paper }: AtScales<number>,
  { least, most: largest }: { readonly least: number; readonly most: number },
): Setting<number> {
  const schema = z.number().min(least).max(largest);
  const parse = (text: string) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (schema.safeParse(value).success) return value;
    throw new SettingError(`expected a number from ${String(least)} to ${String(largest)}`);
  };
  return { about, placeholder: 'number', quick, paper, parse, schema };
}

/** The same number at either scale, as a seed. */
export const same = <const T>(value: T): AtScales<T> => ({ quick: value, paper: value });

/** A name or a path. */
export function text(
  about: string,
  placeholder: string,
  { quick, paper }: AtScales<string>,
): Setting<string> {
  const schema = z.string().min(1).max(4096);
  const parse = (given: string) => {
    if (given !== '') return given;
    throw new SettingError('expected a name');
  };
  return { about, placeholder, quick, paper, parse, schema };
}

/** A name or a path that need not be given. */
export function optionalText(about: string, placeholder: string): Setting<string | null> {
  const required = text(about, placeholder, same('-'));
  return { ...required, quick: null, paper: null, schema: required.schema.nullable(), none: 'none' };
}

/** One of several words. */
export function choice<const T extends string>(
  about: string,
  words: readonly [T, ...T[]],
  { quick, paper }: AtScales<T>,
): Setting<T> {
  const schema = z.enum(words);
  const parse = (given: string) => {
    const word = words.find((each) => each === given);
    if (word !== undefined) return word;
    throw new SettingError(`expected one of ${words.join(', ')}`);
  };
  return { about, placeholder: words.join('|'), quick, paper, parse, schema };
}

/** Numbers of classes; null: all. */
export function classes(
  about: string,
  { quick, paper }: AtScales<readonly number[] | null>,
): Setting<readonly number[] | null> {
  const schema = z.array(z.int().min(0).max(99_999)).min(1).max(100_000).readonly().nullable();
  const parse = (given: string) => {
    if (given === 'all') return null;
    const numbers = given.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
    const unique = new Set(numbers);
    if (unique.size === numbers.length && schema.safeParse(numbers).success)
      return numbers.sort((a, b) => a - b);
    throw new SettingError('expected numbers of classes, each once, e.g. 3,5, or all');
  };
  return { about, placeholder: 'list', quick, paper, parse, schema, ofClasses: true };
}

/**
 * A value as it stands in tables and help.
 * @param none what a value that is not given stands for
 */
export function settingText(value: SettingValue, none = 'all'): string {
  if (value === null) return none;
  if (typeof value === 'number') return value.toLocaleString('en-GB', { maximumFractionDigits: 9 });
  return typeof value === 'string' ? value : value.join(', ');
}

/** The same for pages that go to others: of a path the last part alone, since its folders tell where the user keeps files. */
export function publicText(value: SettingValue, none?: string): string {
  const words = settingText(value, none);
  const isPath = /^([a-z]:)?[\\/]/i.test(words);
  return (isPath ? words.split(/[\\/]+/).findLast((part) => part !== '') : undefined) ?? words;
}

/** How the command line calls a setting: `--small-norm` for `smallNorm`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The options that make a scale's values into these, for others: `--classes 0,50`. */
export function optionsFrom(settings: Settings, scale: Scale, values: Values): string[] {
  return Object.entries(settings).flatMap(([name, setting]) => {
    const value = values[name] ?? null;
    if (JSON.stringify(value) === JSON.stringify(setting[scale])) return [];
    const given = typeof value === 'string' ? publicText(value) : value === null ? 'all' : String(value);
    return [`${flagOf(name)} ${given}`];
  });
}

/** All values of a scale, single ones replaced. */
export function valuesAt(settings: Settings, scale: Scale, given: Values = {}): Values {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, given[name] ?? setting[scale]]),
  );
}

/** The values that differ from the paper's, in words; none where there is no difference. */
export function differencesFromPaper(settings: Settings, values: Values): string[] {
  return Object.entries(settings).flatMap(([name, { paper, none }]) => {
    const value = values[name] ?? null;
    // A path of the user's is no difference.
    const isPath = paper === null && typeof value === 'string';
    if (isPath || JSON.stringify(value) === JSON.stringify(paper)) return [];
    return [`${name} ${publicText(value, none)} (paper: ${settingText(paper, none)})`];
  });
}
