import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLabels } from '../../src/formats/label-file.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { mutationsOf, parsedOrRefused } from '../support/hostile-bytes.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const labelsOf = (text: string) => readLabels(utf8(text), 'labels');

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let index = 0; index < text.length; index++)
    view.setUint16(2 * index, text.charCodeAt(index), littleEndian);
  return new Uint8Array(view.buffer);
}

const three = ['tench', 'great white shark', 'ça “va”'];

describe('text, a name a line', () => {
  test.each([
    ['', '\n'],
    ['one line end', '\n'],
    ['several line ends', '\n\n\n'],
    ['those of Windows', '\r\n\r\n', '\r\n'],
    ['a line of blanks', '\n \t\n'],
    ['blanks, as every line does', '  ', '\t \n  '],
    ['those of old Macintoshes', '\r', '\r'],
  ])('ends with %s', (_, end, between = '\n') => {
    expect(labelsOf(three.join(between) + end)).toEqual(three);
  });

  test.each([
    ['UTF-8 with a byte order mark', utf8(`\uFEFF${three.join('\n')}`)],
    ['little-endian UTF-16', utf16(`\uFEFF${three.join('\r\n')}\r\n`, true)],
    ['big-endian UTF-16', utf16(`\uFEFF${three.join('\n')}`, false)],
    ['JSON in UTF-16', utf16(`\uFEFF${JSON.stringify(three)}`, true)],
  ])('in %s', (_, bytes) => {
    expect(readLabels(bytes, 'labels')).toEqual(three);
  });
});

test.each([
  [
    'UTF-16 without its mark',
    utf16(three.join('\n').replaceAll(/[^ -~\n]/g, ''), true),
    /is no text in UTF-8/,
  ],
  ['Latin 1', Uint8Array.of(0x7a, 0xf6), /is no text in UTF-8/],
  ['a class without a name', utf8('tench\n\nshark\n'), /has no name in line 2/],
  ['an empty line first', utf8('\ntench'), /has no name in line 1/],
])('text is refused: %s', (_, bytes, message) => {
  expect(() => readLabels(bytes, 'labels')).toThrow(WeightFileError);
  expect(() => readLabels(bytes, 'labels')).toThrow(message);
});

describe('JSON', () => {
  const object = (from: (name: string, number: number) => [string, unknown]) =>
    Object.fromEntries(three.map(from));
  const classToName = object((name, number) => [String(number), name]);
  const nameToClass = object((name, number) => [name, number]);

  test.each([
    ['a list', three],
    ['class to name', classToName],
    ['name to class, as Keras has class_indices', nameToClass],
    ['a configuration with id2label', { model_type: 'vit', id2label: classToName, label2id: nameToClass }],
    ['one with label2id alone', { label2id: nameToClass, num_labels: 3 }],
  ])('%s', (_, value) => {
    expect(labelsOf(JSON.stringify(value, null, 2) + '\n')).toEqual(three);
  });

  test("Keras's class to [WordNet id, name]", () => {
    expect(labelsOf('{"1": ["n01443537", "goldfish"], "0": ["n01440764", "tench"]}')).toEqual([
      'n01440764 tench',
      'n01443537 goldfish',
    ]);
  });

  test('names that are numbers', () => {
    expect(labelsOf('{"0": "7", "1": "3"}')).toEqual(['7', '3']);
    expect(labelsOf('{"0": 0, "1": 1}')).toEqual(['0', '1']);
  });
});

test("a dictionary as Python prints it, as ImageNet's labels go around", () => {
  expect(labelsOf(`{0: 'tench, Tinca tinca',\n 1: "jay's feather",\n 2: 'it\\'s'}`)).toEqual([
    'tench, Tinca tinca',
    "jay's feather",
    "it's",
  ]);
});

test.each([
  ['nothing', '', 'holds no labels'],
  ['line ends alone', '\n\n', 'holds no labels'],
  ['an empty list', '[]', 'holds no labels'],
  ['a class without a name', '{"0": "a", "2": "c"}', 'has no name for class 1'],
  ['counting from 1', '{"1": "a", "2": "b"}', 'has no name for class 0; class numbers begin at 0'],
  ['a class with two names', '{"a": 0, "b": 0}', 'has two names for class 0, "a" and "b"'],
  ['a class twice', '{"0": "a", "0": "b"}', 'the key "0" occurs twice'],
  ['a class twice in Python', "{0: 'a', 0: 'b'}", 'is no JSON that can be read'],
  ['numbers to other numbers', '{"0": 1, "1": 0}', 'leads from numbers to numbers'],
  ['fractions', '{"a": 0.5, "b": 1}', 'has "0.5" where the number of a class is expected'],
  ['names to names', '{"a": "b"}', 'has "a" where the number of a class is expected'],
  ['something else', '{"weights": {"a": 1}}', 'is an object of something else than labels'],
  ['a list of numbers', '[1, 2]', 'has no name for class 0'],
  ['deep JSON', '['.repeat(100_000), 'nests deeper than 32 levels'],
  ['half an object', '{"0": "a"', 'is no JSON that can be read'],
])('refuses %s by the name of the file', (_, text, message) => {
  expect(() => labelsOf(text)).toThrow(WeightFileError);
  expect(() => labelsOf(text)).toThrow(message);
  expect(() => labelsOf(text)).toThrow(/^labels: /);
});

test('refuses text of another encoding', () => {
  expect(() => readLabels(Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 'labels')).toThrow(/is no text in UTF-8/);
});

test('a damaged file is read or refused', () => {
  const valid = utf8('{"id2label": {"0": ["n1", "a"], "1": "b"}}');
  fc.assert(
    fc.property(mutationsOf(valid), (bytes) => {
      const labels = parsedOrRefused(() => readLabels(bytes, 'labels'), WeightFileError);
      expect(labels?.every((label) => typeof label === 'string') ?? true).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
