/** What commands measure by themselves on a GPU; SwiftShader stands in for it, under the name of one. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/run.ts';
import { searchGpu } from '../../src/node/adapter.ts';
import type { RunRecord } from '../../src/runs/evolution/records.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-first-use-'));
const folder = join(root, 'tuning');
// No test reads what the user has tuned.
process.env['FOOL_TUNING_FOLDER'] = folder;
process.env['FOOL_EXPECTED_LAUNCHES'] = '10';
const { gpu, attempts } = await searchGpu('swiftshader');
Object.defineProperty(gpu, 'adapter', { value: { ...gpu.adapter, name: 'a card', kind: 'gpu' } });

afterAll(() => {
  gpu.close();
  rmSync(root, { recursive: true, force: true });
});

async function fool(...commandLine: string[]) {
  let err = '';
  const stream = (keep: (text: string) => void) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        keep(chunk.toString());
        done();
      },
    });
  const code = await runCommandLine(commandLine, {
    out: stream(() => undefined),
    err: stream((text) => (err += text)),
    openDevice: () => Promise.resolve({ gpu, attempts, close: () => undefined }),
  });
  return { code, err };
}

const evolve = (name: string, ...options: string[]) =>
  fool('evolve', '--generations', '1', '--population', '4', '--out', join(root, name), ...options);
const recordOf = (name: string) =>
  JSON.parse(readFileSync(join(root, name, 'run.json'), 'utf8')) as RunRecord;
const measuring = /^kernels: which are fastest here is measured, once, for two seconds at most; --no-tune/m;
const fileOf = () => join(folder, readdirSync(folder)[0] ?? '');
const kept = () =>
  (JSON.parse(readFileSync(fileOf(), 'utf8')) as { choices: Record<string, string> }).choices;

test('a GPU is measured at first use and named in run.json, not with --no-tune, and not again', async () => {
  const without = await evolve('without', '--no-tune');
  expect(without).toMatchObject({ code: 0 });
  expect(without.err).not.toMatch(measuring);
  expect(() => readdirSync(folder)).toThrow();

  const first = await evolve('first');
  expect(first).toMatchObject({ code: 0 });
  expect(first.err).toMatch(measuring);
  const found = kept();
  expect(Object.keys(found).length).toBeGreaterThan(0);
  // What was not begun in two seconds is as the cost model has it.
  expect(recordOf('first').choices).toEqual({ ...recordOf('without').choices, ...found });

  // As if all had been measured.
  const all = { ...recordOf('first').choices };
  const content = JSON.parse(readFileSync(fileOf(), 'utf8')) as object;
  writeFileSync(fileOf(), JSON.stringify({ ...content, choices: all }));
  const second = await evolve('second');
  expect(second.err).not.toMatch(measuring);
  expect(recordOf('second').choices).toEqual(all);
}, 240_000);

test('a cache that is damaged, of another version, or names no kernel is told and measured anew', async () => {
  const file = fileOf();
  const whole = readFileSync(file, 'utf8');
  writeFileSync(file, whole.slice(0, 40));
  const damaged = await evolve('damaged');
  expect(damaged).toMatchObject({ code: 0 });
  expect(damaged.err).toMatch(
    /^warning: the tuned choices in .* are not used: it is no JSON; they are measured anew$/m,
  );
  expect(damaged.err).toMatch(measuring);
  const found = kept();
  expect(recordOf('damaged').choices).toMatchObject(found);

  writeFileSync(file, whole.replace(/"kernels": ?"/, '"kernels":"of-another-version-'));
  const older = await evolve('older');
  expect(older).toMatchObject({ code: 0 });
  expect(older.err).toMatch(/not used: the kernels have changed since; they are measured anew$/m);

  const content = JSON.parse(whole) as object;
  const nothing = Object.fromEntries(Object.keys(found).map((shape) => [shape, 'none']));
  writeFileSync(file, JSON.stringify({ ...content, choices: nothing }));
  const nameless = await evolve('nameless');
  expect(nameless).toMatchObject({ code: 0 });
  expect(nameless.err).toMatch(measuring);
  expect(Object.values(kept())).not.toContain('none');
}, 240_000);
