import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CheckpointError,
  checkCells,
  checkOrigin,
  parseCheckpoint,
} from '../../../src/runs/evolution/checkpoint.ts';
import { mutationsOf, parsedOrRefused } from '../../support/hostile-bytes.ts';
import { checkpoint, origin } from './records.ts';

const file = 'checkpoint/state.json';
const parse = (text: string) => parseCheckpoint(text, file);

function refusalOf(text: string): CheckpointError {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return error as CheckpointError;
  }
  throw new Error('it was not refused');
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Every place in a JSON value, as the keys that lead there. */
function placesIn(value: Json): string[][] {
  if (value === null || typeof value !== 'object') return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, part]) => placesIn(part).map((place) => [key, ...place])),
  ];
}

/** The value with one place replaced, or removed. */
function changed(
  value: Json,
  [key, ...rest]: readonly string[],
  replacement: Json | undefined,
): Json | undefined {
  if (key === undefined) return replacement;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).flatMap(([name, part]): [string, Json][] => {
    const next = name === key ? changed(part, rest, replacement) : part;
    return next === undefined ? [] : [[name, next]];
  });
  return Array.isArray(value) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

describe('a checkpoint', () => {
  test('reads back as it was written', () => {
    expect(parse(JSON.stringify(checkpoint))).toEqual(checkpoint);
  });

  test('of any other JSON is refused with the file’s name', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(refusalOf(text).message).toMatch(/^checkpoint\/state\.json/);
      }),
    );
  });

  test('with any value replaced or left out is read as a checkpoint or refused in words', () => {
    const valid = JSON.parse(JSON.stringify(checkpoint)) as Json;
    const hostile = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(-1, 1.5, 1e300, '', '__proto__', null, [], {}, undefined),
    );
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(valid)), hostile, (place, replacement) => {
        const text = JSON.stringify(changed(valid, place, replacement as Json | undefined)) as
          string | undefined;
        const parsed = parsedOrRefused(() => parse(text ?? ''), CheckpointError);
        if (!parsed)
          expect(refusalOf(text ?? '').message).toMatch(
            /^checkpoint\/state\.json.*(start a new run|the version that wrote it)/,
          );
        else for (const cell of parsed.cells) expect(cell.confidence).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('with damaged bytes is read or refused, and nothing else happens', () => {
    const bytes = new TextEncoder().encode(JSON.stringify(checkpoint));
    fc.assert(
      fc.property(mutationsOf(bytes), (damaged) => {
        parsedOrRefused(() => parse(new TextDecoder().decode(damaged)), CheckpointError);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['', '{', 'null', '[]', '"text"', '7', 'true'])('of the text %j is refused', (text) => {
    expect(refusalOf(text).message).toMatch(/^checkpoint\/state\.json.*start a new run in another folder/);
  });

  test('that was cut short is called damaged', () => {
    const text = JSON.stringify(checkpoint);
    expect(refusalOf(text.slice(0, text.length / 2)).message).toBe(
      'checkpoint/state.json is no JSON: it was damaged after it was written; start a new run in another folder',
    );
  });

  test('of another format names both formats', () => {
    expect(refusalOf(JSON.stringify({ ...checkpoint, format: 1 })).message).toBe(
      'checkpoint/state.json has format 1, this version reads formats 2 and 3; resume it with the version that wrote it',
    );
  });

  test('with a wrong field names the field', () => {
    const cells = [{ ...checkpoint.cells[0], confidence: 3 }];
    expect(refusalOf(JSON.stringify({ ...checkpoint, cells })).message).toContain('cells.0.confidence');
    expect(refusalOf(JSON.stringify({ ...checkpoint, generations: 0 })).message).toContain('generations');
  });
});

describe('the origin of a checkpoint', () => {
  const check =
    (changes: Partial<typeof checkpoint>, classes = [0, 1]) =>
    () => {
      const changed = { ...checkpoint, ...changes };
      checkOrigin(changed, origin, file);
      checkCells(changed, classes, file);
    };

  test('is accepted where everything is the same', () => {
    expect(check({})).not.toThrow();
  });

  test.each([
    [
      { version: '9.9.9' },
      /another version: 9\.9\.9, here it is 0\.1\.0; resume it with that version, or start a new run/,
    ],
    [
      { model: 'cd' },
      /another model file \(SHA-256\): cd, here it is (ab){32}; pass the model that the run started with/,
    ],
    [
      { architecture: 'alexnet' },
      /another architecture: alexnet, here it is tiny; pass the architecture that the run started with/,
    ],
    [
      { adapter: 'lavapipe' },
      /another adapter: lavapipe, here it is SwiftShader 5; another adapter rounds differently/,
    ],
  ])('is refused for %j, quoting both', (changes, message) => {
    expect(check(changes)).toThrow(CheckpointError);
    expect(check(changes)).toThrow(message);
  });

  test.each([[[0]], [[1, 0]], [[0, 1, 2]]])('is refused for a run of the classes %j', (classes) => {
    expect(check({}, classes)).toThrow(/has cells for the classes 0, 1; this run has/);
  });
});
