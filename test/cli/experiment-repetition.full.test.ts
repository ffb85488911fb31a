/** `fool experiment repetition` in miniature. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withFewerElements } from '../../src/experiments/repeated-elements.ts';
import type { Removals } from '../../src/experiments/repetition-outcome.ts';
import { decodeImage, encodePng } from '../../src/node/image-file.ts';
import { pictureName } from '../../src/runs/picture-name.ts';
import { fool } from './fool.ts';
import { inMiniature, type Printed } from './miniature.ts';

const device = ['--adapter', 'swiftshader'];
// So low that some of ten digits repeat something.
const sizes = ['--generations', '8', '--population', '16', '--likeness', '30', '--seed', '3'];
const whole = inMiniature<Removals>('repetition', ['--model', 'lenet-mnist'], sizes);
const { at, command } = whole;

const conclusion = (folder: string) => readFileSync(at(`${folder}/conclusion.json`), 'utf8');

it('begins at what the archive says, and removes until one element is left', () => {
  const { numbers } = whole.printed;
  const archive = JSON.parse(readFileSync(at('whole/runs/evolution/archive.json'), 'utf8')) as {
    class: number;
    confidence: number;
  }[];
  expect(numbers.pictures).toBe(10);
  expect(numbers.repeating.length).toBeGreaterThan(1);
  expect(numbers.repeating.length).toBeLessThan(10);
  for (const { class: number, confidences, ranks } of numbers.repeating) {
    const [cell] = archive.filter((each) => each.class === number);
    expect(confidences[0]).toBeCloseTo(cell!.confidence, 4);
    expect(confidences.length % 2).toBe(1);
    expect(ranks).toHaveLength(confidences.length);
  }
  const left = 10 - numbers.repeating.length;
  expect(whole.printed.remarks[0]).toMatch(new RegExp(`^${String(left)} images? without repetition`));
});

it('judges what a file of the same picture is judged', async () => {
  const [first] = whole.printed.numbers.repeating;
  const file = at(`whole/runs/evolution/images/${pictureName(first!.class)}`);
  const last = withFewerElements(decodeImage(readFileSync(file), file), first!).at(-1)!;
  writeFileSync(at('last.png'), encodePng(last));
  const { out } = await fool('classify', at('last.png'), '--model', 'lenet-mnist', ...device, '--json');
  const [{ top }] = JSON.parse(out) as [{ top: { class: number; confidence: number }[] }];
  const [confidence, rank] = [first!.confidences.at(-1)!, first!.ranks.at(-1)!];
  if (rank < 5) expect(top[rank]?.class).toBe(first!.class);
  if (rank < 5) expect(top[rank]?.confidence).toBeCloseTo(confidence, 5);
  else expect(confidence).toBeLessThan(top[4]!.confidence);
});

it('leaves a curve, and a row of pictures for each image', () => {
  const files = readdirSync(at('whole/figures')).sort();
  expect(files).toEqual(['elements.png', 'removal.svg']);
});

it('interrupted and resumed is the one that was not', async () => {
  await whole.expectSameWhenInterrupted('runs/evolution/run.json', ['elements.png', 'removal.svg']);
});

it('takes the elites of a run that is there, and finds the same', async () => {
  const from = ['--run', at('whole/runs/evolution'), '--likeness', '30'];
  const { code, out } = await fool(...command, ...from, '--json', '--out', at('given'));
  expect(code).toBe(0);
  expect((JSON.parse(out) as Printed<Removals>).numbers).toEqual(whole.printed.numbers);
  expect(existsSync(at('given/runs'))).toBe(false);
  expect(conclusion('given')).not.toContain('time of the evolution');
});

it.each([
  ['none', /none.*run\.json|run\.json.*none/i],
  ['whole', /experiment/],
])('refuses the folder "%s", which is no run, before anything runs', async (folder, message) => {
  const { code, err } = await fool(...command, '--run', at(folder), '--out', at('refused'));
  expect(code).toBeGreaterThan(0);
  expect(err).not.toMatch(/^\s+at /m);
  expect(err).toMatch(message);
  expect(existsSync(at('refused/steps'))).toBe(false);
});
