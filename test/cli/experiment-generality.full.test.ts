/** `fool experiment generality` in miniature. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { picturePath } from '../../src/evolution/run-folder.ts';
import type { Generality } from '../../src/experiments/generality.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { ended, fool, start } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-generality-'));
const at = (name: string) => join(root, name);
const miniature = ['experiment', 'generality', '--adapter', 'swiftshader'];
const small = ['--runs', '3', '--generations', '8', '--population', '16', '--classes', '0,1,3,8'];

interface Printed {
  readonly numbers: Generality;
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

it('compares every pair of runs once: three within each of four classes, thirty-six between', () => {
  const { pictures, activations, layer, total } = printed.numbers;
  expect(total).toBe(12);
  expect(layer).toBe('relu1');
  for (const { within, between } of [pictures, activations]) {
    expect(within).toHaveLength(4 * 3);
    expect(between).toHaveLength(3 * 4 * 3);
    for (const value of [...within, ...between]) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  }
});

it('finds the correlation that the files of the first class have', () => {
  const [one, other] = ['run-01', 'run-02'].map((run) => {
    const file = at(`whole/runs/${run}/${picturePath(0)}`);
    const { pixels } = decodeImage(readFileSync(file), file);
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    const deviations = [...pixels].map((value) => value - mean);
    const length = Math.sqrt(deviations.reduce((sum, value) => sum + value * value, 0));
    return deviations.map((value) => value / length);
  }) as [number[], number[]];
  const expected = one.reduce((sum, value, place) => sum + value * other[place]!, 0);
  expect(printed.numbers.pictures.within[0]).toBeCloseTo(expected, 5);
});

it('puts activations of one class nearer to each other than those of two', () => {
  const { within, between } = printed.numbers.activations;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(within)).toBeGreaterThan(mean(between));
});

it('begins with the pictures as they are, and keeps no more when they are changed', () => {
  const { disturbed } = printed.numbers;
  const [plain, ...changed] = disturbed;
  const all = ['run-01', 'run-02', 'run-03'].flatMap((run) => {
    const cells = readFileSync(at(`whole/runs/${run}/archive.json`), 'utf8');
    return (JSON.parse(cells) as { confidence: number }[]).map(({ confidence }) => confidence);
  });
  // More than half: nothing else can be likelier.
  expect(plain!.kept).toBeGreaterThanOrEqual(all.filter((value) => value > 0.5).length);
  const sorted = all.sort((a, b) => a - b);
  expect(plain!.confidence).toBeCloseTo((sorted[5]! + sorted[6]!) / 2, 4);
  expect(changed).toHaveLength(7);
  expect(Math.min(...changed.map(({ kept }) => kept))).toBeLessThanOrEqual(plain!.kept);
});

it('interrupted and resumed is the one that was not', async () => {
  const child = start([...miniature, ...small, '--out', at('cut')]);
  const ending = ended(child);
  await expect.poll(() => existsSync(at('cut/runs/run-01/run.json')), { timeout: 60_000 }).toBe(true);
  child.kill('SIGINT');
  expect((await ending).code).toBe(130);
  const { out } = await fool(...miniature, '--resume', '--json', '--out', at('cut'));
  const { numbers, rows } = JSON.parse(out) as Printed;
  expect({ numbers, rows }).toEqual({ numbers: printed.numbers, rows: printed.rows });
  const figures = readdirSync(at('whole/figures')).sort();
  expect(figures).toEqual(['likeness.svg', 'runs.png']);
  for (const file of figures)
    expect(readFileSync(at(`cut/figures/${file}`))).toEqual(readFileSync(at(`whole/figures/${file}`)));
});

it('refuses a class that the network does not have, and a single run', async () => {
  const classes = await fool(...miniature, '--classes', '12', '--out', at('refused'));
  expect(classes.code).toBe(2);
  expect(classes.err).toMatch(/0 to 9, not 12/);
  const runs = await fool(...miniature, '--runs', '1', '--out', at('refused'));
  expect(runs.err).toMatch(/from 2/);
  expect(existsSync(at('refused/runs'))).toBe(false);
});
