/** `fool experiment defences` in miniature. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Defences } from '../../src/experiments/defence-step.ts';
import { fool } from './fool.ts';
import { inMiniature } from './miniature.ts';

const device = ['--adapter', 'swiftshader'];
const sizes = [
  '--generations',
  '8',
  '--population',
  '12',
  '--classes',
  '0,1,3',
  '--views',
  '4',
  '--real',
  '120',
];
const whole = inMiniature<Defences>('defences', [], sizes);
const { at, command } = whole;

it('names most real digits right under every defence, and lets most of them pass', () => {
  const { defences, total, calibrating, real } = whole.printed.numbers;
  expect([total, calibrating, real]).toEqual([3, 60, 60]);
  expect(defences).toHaveLength(9);
  for (const { accuracy, passing, plain, against } of defences) {
    expect(accuracy).toBeGreaterThan(0.8);
    expect(passing).toBeGreaterThan(0.8);
    expect(Math.max(plain, against)).toBeLessThanOrEqual(3);
  }
});

it('thresholds on a score can only take away from what no defence lets pass', () => {
  const [none, ...scores] = whole.printed.numbers.defences.slice(0, 5);
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
  await whole.expectSameWhenInterrupted('runs/against-shifts/run.json', ['images.png', 'survival.svg']);
});

it('refuses test images that are not there, before anything runs', async () => {
  const { code, err } = await fool(...command, '--images', at('none'), '--out', at('refused'));
  expect(code).toBe(1);
  expect(err).toMatch(/none cannot be read as a folder/);
  expect(existsSync(at('refused/runs'))).toBe(false);
});
