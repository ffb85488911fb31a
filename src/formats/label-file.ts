/** Names of classes in common file formats: lines of text, or JSON in the forms of Keras, Hugging Face and others. */
import { messageOf } from '../util/message-of.ts';
import { refusalOf, type Fail } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

/**
 * Reads names of classes, in the order of their numbers:
 * - text, a name a line, in UTF-8 or in UTF-16 with a byte order mark;
 * - a JSON array of names;
 * - a JSON object (or a dictionary as Python prints it) from class to name, or from name to class;
 * - a configuration in JSON that holds such an object as `id2label` or `label2id`.
 *
 * Where a name is an array of strings, as Keras has [WordNet id, name], it is their words one after the other.
 * @param fileName for messages only
 * @throws WeightFileError that names the file, when it is none of these or a class has no name
 */
export function readLabels(bytes: Uint8Array, fileName: string): string[] {
  const fail = refusalOf(fileName);
  const text = textOf(bytes, fail);
  const start = text.trimStart();
  if (start === '') fail('holds no labels');
  if (!/^[[{]/.test(start)) return linesOf(text, fail);
  const labels = labelsOf(valueOf(start, fail), fail);
  return labels.length > 0 ? labels : fail('holds no labels');
}

function linesOf(text: string, fail: Fail): string[] {
  const lines = text.trimEnd().split(/\r\n|\r|\n/);
  return lines.map((line, number) => line.trim() || fail(`has no name in line ${String(number + 1)}`));
}

function textOf(bytes: Uint8Array, fail: Fail): string {
  const mark = [bytes[0], bytes[1]].join();
  const encoding = mark === '255,254' ? 'utf-16le' : mark === '254,255' ? 'utf-16be' : 'utf-8';
  const noText = 'is no text in UTF-8, or in UTF-16 with a byte order mark: save it as one of these';
  let text;
  try {
    // It takes the byte order mark away.
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return fail(noText);
  }
  // UTF-16 without its mark can be read as UTF-8, with a zero beside each letter.
  return text.includes('\0') ? fail(noText) : text;
}

/** Configurations of models nest; nothing of use lies deeper. */
const mostNesting = 32;

function valueOf(text: string, fail: Fail): unknown {
  try {
    return parseStrictJson(text, mostNesting);
  } catch (error) {
    return pythonDictionary(text) ?? fail(`is no JSON that can be read: ${messageOf(error)}`);
  }
}

/** `{0: 'tench', 1: "jay's feather"}`; undefined where it is something else, or names a class twice. */
function pythonDictionary(text: string): Record<string, string> | undefined {
  const whole = text.trimEnd();
  if (!whole.startsWith('{') || !whole.endsWith('}')) return undefined;
  const inside = whole.slice(1, -1).trimEnd();
  const names = new Map<string, string>();
  const entry = /\s*(\d+)\s*:\s*(?:'((?:[^'\\]|\\['"\\])*)'|"((?:[^"\\]|\\['"\\])*)")\s*(?:,|$)/sy;
  while (entry.lastIndex < inside.length) {
    const [, number = '', single, double = ''] = entry.exec(inside) ?? [];
    if (number === '' || names.has(number)) return undefined;
    names.set(number, (single ?? double).replaceAll(/\\(.)/g, '$1'));
  }
  return Object.fromEntries(names);
}

function labelsOf(value: unknown, fail: Fail): string[] {
  if (Array.isArray(value))
    return value.map((name: unknown, number) => nameOf(name) ?? fail(noName(String(number))));
  const object = value as Readonly<Record<string, unknown>>;
  const { id2label, label2id } = object;
  for (const inner of [id2label, label2id]) if (isObject(inner)) return labelsOf(inner, fail);
  const entries = Object.entries(object);
  if (entries.every(([, name]) => nameOf(name) !== undefined))
    return inOrder(
      entries.map(([key, name]) => [key, nameOf(name) ?? '']),
      fail,
    );
  if (entries.every(([, number]) => typeof number === 'number')) {
    // From "7" to 3, either may be the class.
    if (entries.every(([key]) => isClass(key)) && entries.some(([key, number]) => key !== String(number)))
      fail('leads from numbers to numbers: which are the classes and which their names?');
    return inOrder(
      entries.map(([name, number]) => [String(number), name]),
      fail,
    );
  }
  return fail(
    'is an object of something else than labels; expected one from class to name, from name to class, or with such a one as id2label',
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name, or its parts one after the other. */
function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const isParts = Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string');
  return isParts ? value.join(' ') : undefined;
}

const isClass = (text: string): boolean => /^(0|[1-9]\d*)$/.test(text);

const noName = (number: string): string => `has no name for class ${number}; class numbers begin at 0`;

/** @param names by class number, in any order */
function inOrder(names: readonly (readonly [number: string, name: string])[], fail: Fail): string[] {
  const labels = new Map<string, string>();
  for (const [number, name] of names) {
    if (!isClass(number)) fail(`has "${number}" where the number of a class is expected`);
    const other = labels.get(number);
    if (other !== undefined) fail(`has two names for class ${number}, "${other}" and "${name}"`);
    labels.set(number, name);
  }
  return names.map((_, number) => labels.get(String(number)) ?? fail(noName(String(number))));
}
