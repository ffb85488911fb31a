/** `fool experiment defences` in miniature. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Defences } from '../../src/experiments/defence-step.ts';
import { ended, fool, start } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-defences-'));
const at = (name: string) => join(root, name);
const device = ['--adapter', 'swiftshader'];
const miniature = ['experiment', 'defences', ...device];
const sizes = ['--generations', '8', '--population', '12', '--classes', '0,1,3', '--views', '4'];
const small = [...sizes, '--real', '120'];

interface Printed {
  readonly numbers: Defences;
  readonly rows: readonly { readonly what: string; readonly here: string }[];
}

let printed: Printed;
beforeAll(async () => {
  const { code, out, err } = await fool(...miniature, ...small, '--json', '--out', at('whole'));
  expect(err).not.toContain('warning');
  expect(code).toBe(0);
  printed = JSON.parse(out) as Printed;
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

it('names most real digits right under every defence, and lets most of them pass', () => {
  const { defences, total, calibrating, real } = printed.numbers;
  expect([total, calibrating, real]).toEqual([3, 60, 60]);
  expect(defences).toHaveLength(9);
  for (const { accuracy, passing, plain, against } of defences) {
    expect(accuracy).toBeGreaterThan(0.8);
    expect(passing).toBeGreaterThan(0.8);
    expect(Math.max(plain, against)).toBeLessThanOrEqual(3);
  }
});

it('thresholds on a score can only take away from what no defence lets pass', () => {
  const [none, ...scores] = printed.numbers.defences.slice(0, 5);
  for (const { plain, against, accuracy } of scores) {
    expect(plain).toBeLessThanOrEqual(none!.plain);
    expect(against).toBeLessThanOrEqual(none!.against);
    expect(accuracy).toBe(none!.accuracy);
  }
});

it('what was evolved against shifts is of a run whose record says so, and fool verify finds the same', async () => {
  const run = JSON.parse(readFileSync(at('whole/runs/against-shifts/run.json'), 'utf8')) as {
    settings: { shifts: object };
  };
  expect(run.settings.shifts).toEqual({ pixels: 3, views: 4, seed: 1 });
  const { code, out } = await fool('verify', at('whole/runs/against-shifts'), ...device);
  expect(out).toContain('all 3 pictures hold');
  expect(code).toBe(0);
});

it('interrupted and resumed is the one that was not', async () => {
  const child = start([...miniature, ...small, '--out', at('cut')]);
  const ending = ended(child);
  const second = at('cut/runs/against-shifts/run.json');
  await expect.poll(() => existsSync(second), { timeout: 60_000 }).toBe(true);
  child.kill('SIGINT');
  expect((await ending).code).toBe(130);
  const { out } = await fool(...miniature, '--resume', '--json', '--out', at('cut'));
  const { numbers, rows } = JSON.parse(out) as Printed;
  expect({ numbers, rows }).toEqual({ numbers: printed.numbers, rows: printed.rows });
  const figures = readdirSync(at('whole/figures')).sort();
  expect(figures).toEqual(['images.png', 'survival.svg']);
  for (const file of figures)
    expect(readFileSync(at(`cut/figures/${file}`))).toEqual(readFileSync(at(`whole/figures/${file}`)));
});

it('refuses test images that are not there, before anything runs', async () => {
  const { code, err } = await fool(...miniature, '--images', at('none'), '--out', at('refused'));
  expect(code).toBe(1);
  expect(err).toMatch(/none cannot be read as a folder/);
  expect(existsSync(at('refused/runs'))).toBe(false);
});
