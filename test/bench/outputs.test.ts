import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { csvOf } from '../../bench/report/csv.ts';
import { markdownOf } from '../../bench/report/markdown.ts';
import { checkOutputs, writeOutputs } from '../../bench/report/outputs.ts';
import { readResults, checkedResults } from '../../bench/report/results-file.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { around, kernelRow, networkRow, origin } from './results.ts';

const folder = mkdtempSync(join(tmpdir(), 'fool-bench-outputs-'));

/** Records of a text as RFC 4180 has them, read character by character. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const sign = text[index]!;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[index + 1] === '"') cell += text[++index]!;
      else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ',' || sign === '\r') {
      record.push(cell);
      cell = '';
      if (sign === '\r') {
        expect(text[++index]).toBe('\n');
        records.push(record);
        record = [];
      }
    } else cell += sign;
  }
  expect(cell + record.join('')).toBe('');
  return records;
}

test('a table for spreadsheets has every row of a file with its figures, as they are', () => {
  const file = readResults('bench/results/swiftshader.json');
  const [heading, ...records] = readCsv(csvOf(file));
  expect(records).toHaveLength(file.rows.length);
  for (const [index, row] of file.rows.entries()) {
    const record = records[index]!;
    expect(record).toHaveLength(heading!.length);
    const cell = (name: string) => record[heading!.indexOf(name)];
    for (const [key, value] of Object.entries(row)) {
      if (typeof value === 'object' || key === 'kind') continue;
      expect(heading).toContain(key);
      expect(cell(key)).toBe(String(value));
    }
    expect(cell('commit')).toBe(row.commit ?? file.commit);
  }
});

test('text with commas, quotes and line ends stays one cell', () => {
  const shape = 'a "b", c\nd';
  const results = checkedResults({ ...origin, rows: [kernelRow(shape, 'tile', around(1, 0.1))] }, 'a.json');
  const [heading, record] = readCsv(csvOf(results));
  expect(record![heading!.indexOf('shape')]).toBe(shape);
  expect(heading).not.toContain('batch');
});

test('Markdown has a table of each section, whose lines have as many cells as its heading', () => {
  const rows = [
    { ...kernelRow('a | b', 'tile', around(1, 0.1)), ofPeak: 0.5, chosen: true },
    networkRow('LeNet', 4, around(2, 0.1)),
    { ...networkRow('LeNet forward', 4, around(2, 0.1)), engine: 'own', agrees: true },
    { work: 'MNIST', seed: 1, commandSeconds: 10, runSeconds: 9 },
  ];
  const results = checkedResults({ ...origin, partial: true, partialReason: 'stopped', rows }, 'a.json');
  const text = markdownOf(results);
  expect(text.match(/^#+ .*/gm)).toEqual([
    '# Benchmark on beads',
    '## Kernels',
    '## Networks',
    '## Engines',
    '## Whole runs',
  ]);
  expect(text).toContain('This file has a part of what was to be measured: stopped.');
  expect(text).toContain('| conv2d | a \\| b | **tile** | ');
  expect(text).toContain(String.raw`Beads 1.0 \<driver>`);
  for (const table of text.split('\n\n').filter((part) => part.startsWith('|'))) {
    const counts = table
      .trim()
      .split('\n')
      .map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(counts).size).toBe(1);
    expect(counts).toHaveLength(3);
  }
});

test('both are written beside the results file, and no two into one', async () => {
  const [csv, markdown] = ['a/rows.csv', 'a/rows.md'].map((name) => join(folder, name)) as [string, string];
  const results = { ...origin, rows: [kernelRow('conv1', 'tile', around(1, 0.01))] };
  await checkOutputs({ csv, markdown }, []);
  expect(await writeOutputs(results, [], { csv, markdown })).toEqual([csv, markdown]);
  expect(readFileSync(csv, 'utf8')).toContain('kernels,conv2d,conv1,tile');
  expect(readFileSync(markdown, 'utf8')).toContain('| conv2d | conv1 | tile |');
  const twice = checkOutputs({ json: csv, csv: join(folder, '.', 'a', '..', 'a', 'rows.csv') }, []);
  await expect(twice).rejects.toThrow(UsageError);
  await expect(twice).rejects.toThrow(/--json and --csv name one file/);
});
