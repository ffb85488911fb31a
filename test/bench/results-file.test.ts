import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { remarksOf } from '../../bench/compare/remarks.ts';
import {
  parseResults,
  readResults,
  checkedResults,
  ResultsFileError,
} from '../../bench/report/results-file.ts';
import { around, kernelRow, networkRow, origin } from './results.ts';

const file = {
  ...origin,
  rows: [kernelRow('conv1', 'tile', around(2, 0.1)), networkRow('LeNet', 4, [1, 2, 3])],
};

describe('a results file', () => {
  it.each(['lavapipe', 'nvidia-h100', 'swiftshader'])(
    'that was published (%s) is read row by row',
    (name) => {
      const path = `bench/results/${name}.json`;
      const results = readResults(path);
      const raw = JSON.parse(readFileSync(path, 'utf8')) as { rows: Record<string, unknown>[] };
      expect(results.rows).toHaveLength(raw.rows.length);
      for (const [index, { kind, ...row }] of results.rows.entries()) {
        expect(raw.rows[index]).toMatchObject(row);
        expect(['kernel', 'network', 'peer', 'evolution']).toContain(kind);
      }
    },
  );

  it('names no folder of the machine that it was made on', () => {
    for (const name of readdirSync('bench/results'))
      expect(readFileSync(`bench/results/${name}`, 'utf8')).not.toMatch(
        /"[^"]*(\/home\/|\/root|\/tmp|\/work|:\\\\)/,
      );
  });

  it('may hold more than is known here', () => {
    const more = { ...file, weather: 'fair', rows: file.rows.map((row) => ({ ...row, mood: 1 })) };
    expect(checkedResults(more, 'a.json')).toEqual(checkedResults(file, 'a.json'));
  });

  it.each([
    ['no JSON', '{', 'a.json is no JSON: '],
    ['a list', '[]', 'a.json is no results file of the bench: the file: '],
    ['without rows', JSON.stringify(origin), 'a.json is no results file of the bench: rows: '],
    [
      'with a time that is none',
      JSON.stringify({ ...file, rows: [file.rows[0], { ...file.rows[1], medianMs: -1 }] }),
      'a.json is no results file of the bench: rows[1].medianMs: ',
    ],
    [
      'with words among its times',
      JSON.stringify({ ...file, rows: [{ ...file.rows[0], times: [1, 'two'] }] }),
      'a.json is no results file of the bench: rows[0].times[1]: ',
    ],
  ])('%s is refused with file and place', (_, text, message) => {
    expect(() => parseResults(text, 'a.json')).toThrow(message);
  });

  it('may be a part of what was to be measured, with the reason', () => {
    const partial = { ...file, partial: true, partialReason: 'stopped by SIGINT', note: 'Cold.' };
    expect(checkedResults(partial, 'a.json')).toMatchObject({ partial: true, note: 'Cold.' });
    expect(remarksOf(checkedResults(partial, 'a.json'))).toEqual([
      'has a part of what was to be measured: stopped by SIGINT',
      'is remarked on: Cold.',
    ]);
    expect(() => checkedResults({ ...file, partial: 'yes' }, 'a.json')).toThrow(
      'a.json is no results file of the bench: partial: ',
    );
  });

  it('says which rows have two humps', () => {
    const rows = [1, 2, 3, 4, 5].map((batch) => ({ ...networkRow('LeNet', batch, [1, 2, 3]), humps: 2 }));
    expect(remarksOf(checkedResults({ ...file, rows }, 'a.json'))).toEqual([
      expect.stringMatching(
        /^has 5 rows whose samples lie in two humps.*: LeNet, batch 1; LeNet, batch 2; LeNet, batch 3 and 2 more$/,
      ),
    ]);
    expect(remarksOf(checkedResults(file, 'a.json'))).toEqual([]);
  });

  it('that does not exist is named', () => {
    expect(() => readResults('/nowhere/a.json')).toThrow(/^\/nowhere\/a\.json cannot be read: /);
  });

  it('of any JSON at all is read or refused in a sentence', () => {
    const rows = fc.array(fc.oneof(fc.jsonValue(), fc.constantFrom(...file.rows)));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          rows.map((rows) => ({ ...origin, rows })),
        ),
        (value) => {
          try {
            checkedResults(value, 'a.json');
          } catch (error) {
            expect(error).toBeInstanceOf(ResultsFileError);
            expect((error as Error).message).toMatch(/^a\.json is no results file of the bench: .+: .+/);
          }
        },
      ),
    );
  });

  it('with one key of a row spoilt is refused at that key', () => {
    const keys = ['medianMs', 'p10Ms', 'p90Ms', 'samples', 'gflops', 'shape', 'name'];
    const wrong = fc.oneof(fc.constant(null), fc.constant({}), fc.constant([]), fc.boolean());
    fc.assert(
      fc.property(fc.constantFrom(...keys), wrong, (key, value) => {
        const spoilt = { ...origin, rows: [{ ...file.rows[0], [key]: value }] };
        expect(() => checkedResults(spoilt, 'a.json')).toThrow(`rows[0].${key}: `);
      }),
    );
  });
});
