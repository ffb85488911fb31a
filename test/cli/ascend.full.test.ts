/** What the defaults of `fool ascend` promise, at full length and started as a user does. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { AscentRow, AscentSummary, TrialRecord } from '../../src/runs/ascent/schema.ts';
import { ended, fool, foolProcess, start } from './fool.ts';

// Hundreds of steps take many launches, for which quick kernels pay.
process.env['FOOL_EXPECTED_LAUNCHES'] = '300';
const root = mkdtempSync(path.join(tmpdir(), 'fool-ascend-full-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const at = (...names: string[]) => path.join(root, ...names);
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- files of several shapes
const json = <T>(...names: string[]): T => JSON.parse(readFileSync(at(...names), 'utf8')) as T;

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

it('takes all ten digits past 99.99 % from noise, and what it leaves holds', async () => {
  const { code, out, err } = await foolProcess(
    ...['ascend', ...device, '--class', 'all', '--steps', '250', '--until', '0.9999', '--animate'],
    ...['--out', at('all'), '--json'],
  );
  expect(err).not.toMatch(/warning|fool:/);
  expect(code).toBe(0);
  const summary = JSON.parse(out) as AscentSummary;
  expect(summary).toMatchObject({ objectives: 10, cellsAbove9999: 10, complete: true, seed: 1 });
  expect(summary.minConfidence).toBeGreaterThanOrEqual(0.9999);
  const rows = json<AscentRow[]>('all', 'archive.json');
  for (const [digit, row] of rows.entries()) {
    expect(row).toMatchObject({ class: digit, picture: `images/000${String(digit)}.png` });
    expect(row.reached[3]).toBeLessThanOrEqual(250);
  }
  const verified = await foolProcess('verify', ...device, at('all'));
  expect(verified.out).toMatch(/all 10 pictures hold/);
  expect(verified.code).toBe(0);
}, 240_000);

it('searches nine hyper-parameters at random, and keeps the best', async () => {
  const { code, out } = await fool(
    ...['ascend', ...device, '--class', '2,5', '--search', '9', '--steps', '8'],
    ...['--out', at('search'), '--json'],
  );
  expect(code).toBe(0);
  const trials = json<TrialRecord[]>('search', 'trials.json');
  expect(trials).toHaveLength(9);
  const { bestTrial } = JSON.parse(out) as AscentSummary;
  const best = trials.find(({ name }) => name === bestTrial)!;
  expect(json<AscentRow[]>('search', 'archive.json').map(({ confidence }) => confidence)).toEqual(
    best.rows.map(({ confidence }) => confidence),
  );
}, 240_000);

it('stopped by Ctrl-C amid ten digits it goes on as if it had not been stopped', async () => {
  const options = ['--class', 'all', '--steps', '60', '--param', 'fourier', '--step-size', '0.02'];
  const child = start(['ascend', ...device, ...options, '--out', at('stopped')]);
  const outcome = ended(child);
  // From the first line of progress on it listens.
  child.stderr!.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('iterations ·')) child.kill('SIGINT');
  });
  expect((await outcome).code).toBe(130);
  expect((await fool('ascend', ...device, '--out', at('stopped'), '--resume')).code).toBe(0);
  expect((await fool('ascend', ...device, ...options, '--out', at('whole'))).code).toBe(0);
  for (const name of ['archive.json', 'history.jsonl'])
    expect(readFileSync(at('stopped', name))).toEqual(readFileSync(at('whole', name)));
}, 240_000);
