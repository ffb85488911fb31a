import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Recorder } from '../../bench/results-recorder.ts';
import { readResults } from '../../bench/report/results-file.ts';
import type { ShownRow } from '../../bench/report/row-table.ts';
import { sampleOf } from '../../bench/sampling/sampling.ts';
import { around, origin } from './results.ts';

const folder = mkdtempSync(join(tmpdir(), 'fool-recorder-'));
const { adapter } = origin;
const beginning = { ...origin, adapter: { ...adapter, reason: 'a test' } };

const row = (batch: number, milliseconds: number): ShownRow => {
  const sample = sampleOf(around(milliseconds, 0.01));
  return { work: 'LeNet forward', batch, adapter: 'beads', ...sample, imagesPerSecond: 1 };
};
const peer = (engine: 'own' | 'torch-cpu'): ShownRow => ({
  ...row(4, 7),
  imagesPerSecond: 1,
  work: 'LeNet forward',
  batch: 4,
  adapter: 'beads',
  engine,
  gflops: 1,
  agrees: true,
});

test('every row is in the file soon after it was made, and the file says that it is not the whole', async () => {
  const path = join(folder, 'rows.json');
  const recorder = new Recorder(beginning, path);
  recorder.put(row(4, 5));
  await expect.poll(() => existsSync(path), { timeout: 20_000 }).toBe(true);
  expect(readResults(path)).toMatchObject({
    partial: true,
    partialReason: 'the measurement did not come to its end',
    rows: [{ batch: 4 }],
  });
  recorder.put(row(200, 6));
  recorder.find({ fixedWorkMs: 3 });
  await recorder.save();
  const whole = readResults(path);
  expect(whole.rows.map((one) => one.kind === 'network' && one.batch)).toEqual([4, 200]);
  expect(whole.fixedWorkMs).toBe(3);
  expect(whole).not.toHaveProperty('partial');
});

test('a row replaces an earlier one of the same work, and no other', () => {
  const recorder = new Recorder(beginning, undefined);
  for (const one of [row(4, 5), row(200, 5), peer('own'), peer('torch-cpu'), row(4, 9)]) recorder.put(one);
  const { rows } = recorder.results();
  expect(rows).toHaveLength(4);
  expect(rows[0]).toMatchObject({ batch: 4, medianMs: sampleOf(around(9, 0.01)).medianMs });
});

test('what was written last stays, and a file that cannot be written is an error that names it', async () => {
  const path = join(folder, 'last.json');
  const recorder = new Recorder(beginning, path);
  recorder.put(row(4, 5));
  await Promise.all([recorder.save('first'), recorder.save('second')]);
  expect(readResults(path)).toMatchObject({ partialReason: 'second' });
  const blocked = join(folder, 'a file');
  writeFileSync(blocked, '');
  const failing = new Recorder(beginning, join(blocked, 'results.json'));
  await expect(failing.save()).rejects.toThrow(/a file/);
});
