/** A run that is killed has genomes and no pictures: those who look at it draw them. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ended, fool, start } from './fool.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-killed-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const at = (...names: string[]) => path.join(root, ...names);
const pictures = () => (existsSync(at('run/images')) ? readdirSync(at('run/images')) : []);
const killed = [
  'evolve',
  ...device,
  '--generations',
  '100000',
  '--population',
  '4',
  '--checkpoint-every',
  '0',
];

/** Kills a run that saves beside its search, once it has come some generations further, and past an elite whose picture there is. */
async function kill(...more: string[]): Promise<void> {
  const child = start([...killed, '--out', at('run'), ...more]);
  const ending = ended(child);
  const saved = () => /"generations": (\d+)/.exec(readFileSync(at('run/checkpoint/state.json'), 'utf8'))?.[1];
  const before = existsSync(at('run/checkpoint/state.json')) ? Number(saved()) : 0;
  const pictured = pictures().length;
  await vi.waitFor(
    () => {
      expect(existsSync(at('run/archive.json'))).toBe(true);
      expect(Number(saved())).toBeGreaterThan(before + 20);
      if (pictured > 0) expect(pictures().length).toBeLessThan(pictured);
    },
    { timeout: 100_000, interval: 20 },
  );
  if (pictures().length === 0)
    expect((await fool('report', ...device, at('run'))).err).toMatch(
      /lacks 10 pictures: a run writes them when it ends, and this one is going on/,
    );
  child.kill('SIGKILL');
  await ending;
}

beforeAll(() => kill());
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

it('is reported with pictures that are drawn from its genomes, and that hold', async () => {
  expect(pictures()).toEqual([]);
  const report = await fool('report', ...device, at('run'));
  expect(report.err).toMatch(/the run was not ended: 10 pictures drawn from the genomes of its archive/);
  expect(pictures()).toHaveLength(10);
  expect(readFileSync(at('run/report.html'), 'utf8').match(/data:image\/png/g)!.length).toBeGreaterThan(9);
  const verified = await fool('verify', ...device, at('run'));
  expect(verified.out).toMatch(/^all 10 pictures hold$/m);
  expect(verified.err).not.toMatch(/drawn/);
});

it('that is gone on with and killed again has no picture of an elite that it has no more', async () => {
  await kill('--resume');
  expect(pictures().length).toBeLessThan(10);
  const verified = await fool('verify', ...device, at('run'));
  expect(verified.err).toMatch(/the run was not ended: \d pictures? drawn from the genomes/);
  expect(verified.out).toMatch(/^all 10 pictures hold$/m);
});
