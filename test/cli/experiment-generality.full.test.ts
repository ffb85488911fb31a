/** `fool experiment generality` in miniature. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pictureName } from '../../src/runs/picture-name.ts';
import type { Generality } from '../../src/experiments/generality.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { fool } from './fool.ts';
import { inMiniature } from './miniature.ts';

const sizes = ['--runs', '3', '--generations', '8', '--population', '16', '--classes', '0,1,3,8'];
const whole = inMiniature<Generality>('generality', [], sizes);
const { at, command } = whole;

it('compares every pair of runs once: three within each of four classes, thirty-six between', () => {
  const { pictures, activations, layer, total } = whole.printed.numbers;
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
    const file = at(`whole/runs/${run}/images/${pictureName(0)}`);
    const { bytes: pixels } = decodeImage(readFileSync(file), file);
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    const deviations = [...pixels].map((value) => value - mean);
    const length = Math.sqrt(deviations.reduce((sum, value) => sum + value * value, 0));
    return deviations.map((value) => value / length);
  }) as [number[], number[]];
  const expected = one.reduce((sum, value, place) => sum + value * other[place]!, 0);
  expect(whole.printed.numbers.pictures.within[0]).toBeCloseTo(expected, 5);
});

it('puts activations of one class nearer to each other than those of two', () => {
  const { within, between } = whole.printed.numbers.activations;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(within)).toBeGreaterThan(mean(between));
});

it('begins with the pictures as they are, and keeps no more when they are changed', () => {
  const { disturbed } = whole.printed.numbers;
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
  await whole.expectSameWhenInterrupted('runs/run-01/run.json', ['likeness.svg', 'runs.png']);
});

it('refuses a class that the network does not have, and a single run', async () => {
  const classes = await fool(...command, '--classes', '12', '--out', at('refused'));
  expect(classes.code).toBe(2);
  expect(classes.err).toMatch(/0 to 9, not 12/);
  const runs = await fool(...command, '--runs', '1', '--out', at('refused'));
  expect(runs.err).toMatch(/from 2/);
  expect(existsSync(at('refused/runs'))).toBe(false);
});
