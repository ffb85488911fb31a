/** The command as a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepRoofs } from '../../bench/roofs/kept-roofs.ts';
import { readResults } from '../../bench/report/results-file.ts';
import { FileStorage } from '../../src/node/file-storage.ts';
import { openTestGpu } from '../gpu.ts';

const folder = mkdtempSync(join(tmpdir(), 'fool-bench-command-'));

function fool(commandLine: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = folder) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/fool.js'), ...commandLine], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    cwd,
  });
  return { status, stdout, stderr };
}

test('an adapter that the environment names wrongly is refused as fool doctor refuses it', () => {
  const env = { FOOL_ADAPTER: 'nonsense' };
  const doctor = fool(['doctor'], env);
  const bench = fool(['bench', 'kernels', '--family', 'relu', '--json', join(folder, 'b.json')], env);
  expect(bench.status).toBe(doctor.status);
  expect(bench.status).toBe(1);
  const sentence = /no WebGPU adapter for --adapter nonsense\. Tried:/;
  expect(doctor.stderr).toMatch(sentence);
  expect(bench.stderr).toMatch(sentence);
  expect(bench.stdout).toBe('');
});

describe('a bench of one’s own shape', () => {
  test('writes files that name the commit of the build, whatever folder one stands in; --quiet is silent then', async () => {
    const { adapter } = await openTestGpu();
    // Roofs that are kept are not measured: that would take the longest.
    const peaks = { gflops: 1e6, gbps: 1e6, copiedBytes: 2 ** 27, launchMs: 0.05 };
    const tuning = join(folder, 'tuning');
    const kept = { peaks, fixedWorkMs: 1e-6, date: '2026-01-02T03:04:05.000Z' };
    await keepRoofs(adapter, kept, new FileStorage(join(tuning, 'roofs')));
    const git = (...words: string[]) =>
      spawnSync('git', words, { cwd: folder, encoding: 'utf8' }).stdout.trim();
    git('init', '-q');
    git(
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@b',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'another repository',
    );
    const [json, csv] = [join(folder, 'own.json'), join(folder, 'own.csv')];
    const shape = '8x8x8 batch 1,4 gradient';
    const commandLine = ['bench', '--family', 'relu', '--shape-of', shape, '--time', '0.02', '--quiet'];
    const env = {
      FOOL_ADAPTER: adapter.kind === 'gpu' ? adapter.name : adapter.kind,
      FOOL_TUNING_FOLDER: tuning,
    };
    const { status, stdout, stderr } = fool([...commandLine, '--json', json, '--csv', csv], env);
    expect(stdout).toBe('');
    expect(stderr).toContain('--measure-roofs');
    expect(status).toBe(0);
    const results = readResults(json);
    expect(results.rows.map((row) => row.kind === 'kernel' && row.shape)).toEqual([
      '8x8x8 batch 1 gradient',
      '8x8x8 batch 4 gradient',
    ]);
    expect(results.peaks).toEqual({ ...peaks, date: kept.date });
    expect(results.commit).toMatch(/^([0-9a-f]{40}( with changes)?|unknown)$/);
    expect(results.commit).not.toContain(git('rev-parse', 'HEAD') || 'nothing');
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(4);
  });
});

test('a list and a file, or a shape that is none, end with 2', () => {
  for (const [commandLine, message] of [
    [['bench', '--list', '--csv', 'x.csv'], /--list measures nothing that --csv could write/],
    [['bench', '--shape-of', '8x8x8'], /--shape-of wants --family too/],
    [['bench', '--batch', '8..1'], /Expected batches: “8\.\.1” ends before it begins/],
  ] as const) {
    const { status, stderr } = fool([...commandLine, '--adapter', 'swiftshader']);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  }
});
