/** Elites are compared by log-odds: they go on improving where confidence reads 1, and older archives resume. */
import { describe, expect, test } from 'vitest';
import type { ProgressRecord } from '../../src/runs/evolution/records.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { readRun } from '../../src/runs/evolution/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { copyOf } from '../runs/evolution/failing-storage.ts';
import { tinyRun, tinySettings } from '../evolution/tiny-run.ts';
import { full } from '../support/full.ts';

const { model: shipped } = await loadModel('lenet-mnist');
const last = shipped.architecture.layers.at(-1)!.name;
/** As LeNet, but as sure of everything as of its surest digits. */
const sharp = {
  ...shipped,
  weights: new Map(
    [...shipped.weights].map(([name, { shape, data }]) => [
      name,
      { shape, data: name.startsWith(`${last}.`) ? data.map((value) => 20 * value) : data },
    ]),
  ),
};

const progressOf = (storage: MemoryStorage): ProgressRecord[] =>
  new TextDecoder()
    .decode(storage.files.get('progress.jsonl'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProgressRecord);

/** As versions before log-odds left it. */
function older(storage: MemoryStorage): MemoryStorage {
  const without = copyOf(storage.files);
  const marks = /,\s*"(checksum|mark)": ?"[^"]*"/g;
  for (const path of [
    'archive.json',
    'checkpoint/state.json',
    'run.json',
    'summary.json',
    'progress.jsonl',
  ]) {
    const text = new TextDecoder().decode(without.files.get(path));
    if (/archive|state/.test(path)) expect(text).toContain('"logOdds":');
    const fields = / *"logOdds": ?[-+.e\d]+,\n?/g;
    const old = text.replaceAll(fields, '').replaceAll(marks, '').replace('"format": 3', '"format": 2');
    without.files.set(path, new TextEncoder().encode(old));
  }
  return without;
}

test.runIf(full)('elites improve after all confidences read 1', async () => {
  const storage = new MemoryStorage();
  const settings = { ...tinySettings, generations: 25, population: 40, classes: [1, 3, 8] };
  await tinyRun({ storage, model: sharp, settings });
  const certain = progressOf(storage).filter(({ min }) => min === 1);
  expect(certain.length).toBeGreaterThan(2);
  // The first of them may be what made it certain.
  const replaced = certain.slice(1).reduce((sum, progress) => sum + progress.replaced, 0);
  expect(replaced).toBeGreaterThan(0);
  const { cells } = await readRun(storage);
  for (const { confidence, logOdds } of cells) {
    expect(confidence).toBe(1);
    expect(logOdds).toBeGreaterThan(16.6);
  }
});

describe.each(['cppn', 'direct'] as const)('an archive with the %s encoding', (encoding) => {
  const settings = { ...tinySettings, encoding };

  test('says log-odds that are those of its confidences', async () => {
    const storage = new MemoryStorage();
    await tinyRun({ storage, settings });
    const { cells } = await readRun(storage);
    for (const { confidence, logOdds } of cells)
      expect(1 / (1 + Math.exp(-logOdds!))).toBeCloseTo(confidence, 5);
  });

  test('of an older version resumes, and its elites are compared by what their confidences say', async () => {
    const parts = new MemoryStorage();
    await tinyRun({ storage: parts, settings: { ...settings, generations: 3 } });
    const before = older(parts);
    const { cells: kept } = await readRun(before);
    expect(kept.every(({ logOdds }) => logOdds === undefined)).toBe(true);
    await tinyRun({ storage: before, settings, resume: true });
    const { cells } = await readRun(before);
    for (const [index, cell] of cells.entries()) {
      // What was kept has no log-odds, what is new has.
      expect(cell.logOdds === undefined).toBe(cell.id === kept[index]!.id);
      expect(cell.confidence).toBeGreaterThanOrEqual(kept[index]!.confidence - 1e-6);
    }
  });
});
