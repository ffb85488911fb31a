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
  for (const { accuracy, passing, survive } of defences) {
    expect(accuracy).toBeGreaterThan(0.8);
    expect(passing).toBeGreaterThan(0.8);
    expect(survive).toHaveLength(3);
    expect(Math.max(...survive)).toBeLessThanOrEqual(3);
  }
});

it('thresholds on a score can only take away from what no defence lets pass', () => {
  const [none, ...scores] = whole.printed.numbers.defences.slice(0, 5);
  for (const { survive, accuracy } of scores) {
    for (const [kind, count] of survive.entries()) expect(count).toBeLessThanOrEqual(none!.survive[kind]!);
    expect(accuracy).toBe(none!.accuracy);
  }
});

it.each([
  ['noise', { shift: 0, noise: 32 }],
  ['shifts', { shift: 3, noise: 0 }],
])(
  'what was evolved against %s is of a run whose record says so, and fool verify finds the same',
  async (name, views) => {
    const folder = at(`whole/runs/against-${name}`);
    const run = JSON.parse(readFileSync(`${folder}/run.json`, 'utf8')) as {
      settings: { randomViews: object };
    };
    expect(run.settings.randomViews).toEqual({ ...views, views: 4, seed: 1 });
    const { code, out } = await fool('verify', folder, ...device);
    expect(out).toContain('all 3 pictures hold');
    expect(code).toBe(0);
  },
);

it('interrupted and resumed is the one that was not', async () => {
  await whole.expectSameWhenInterrupted('runs/against-shifts/run.json', ['images.png', 'survival.svg']);
});

it('refuses test images that are not there, before anything runs', async () => {
  const { code, err } = await fool(...command, '--images', at('none'), '--out', at('refused'));
  expect(code).toBe(1);
  expect(err).toMatch(/none cannot be read as a folder/);
  expect(existsSync(at('refused/runs'))).toBe(false);
});
