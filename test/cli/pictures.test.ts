import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { digitPng } from '../support/few-digits.ts';
import { jpegOf } from '../support/jpeg-bytes.ts';
import { fool } from './fool.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-pictures-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const mnist = await loadMnist('test');
const digit = (index: number) => digitPng(mnist, index);

function file(name: string, content: Uint8Array | string): string {
  const full = path.join(root, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

interface Answer {
  file: string;
  top: { class: number; label: string; confidence: number }[];
}

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('fool classify', () => {
  it('answers for PNG and JPEG, names what it cannot read, and ends with 1 then', async () => {
    const [seven, two] = [file('7.png', digit(0)), file('2.png', digit(1))];
    const gray = file('gray.jpg', jpegOf({ width: 40, height: 30, components: [{ sample: () => 99 }] }));
    const [broken, missing] = [file('broken.jpg', digit(0).subarray(0, 50)), path.join(root, 'missing.png')];
    const { code, out, err } = await fool('classify', ...device, '--json', seven, broken, gray, missing, two);
    const answers = JSON.parse(out) as Answer[];
    expect(answers.map((answer) => answer.file)).toEqual([seven, gray, two]);
    expect(answers.map(({ top }) => top.length)).toEqual([5, 5, 5]);
    expect([answers[0]!.top[0]!.label, answers[2]!.top[0]!.label]).toEqual(['7', '2']);
    expect(err).toMatch(/^fool: .*broken\.jpg cannot be read as a PNG: it is cut short/m);
    expect(err).toMatch(/^fool: cannot read .*missing\.png: ENOENT/m);
    expect(err).toMatch(/gray\.jpg has 40 × 30 pixels, scaled to 28 × 28/);
    expect(code).toBe(1);
  });

  it('judges more pictures than one batch holds, each as by itself', async () => {
    const files = Array.from({ length: 130 }, (_, index) => file(`many/${String(index)}.png`, digit(index)));
    const { code, out } = await fool('classify', ...device, '--json', ...files);
    const answers = JSON.parse(out) as Answer[];
    expect(answers.map((answer) => answer.file)).toEqual(files);
    const right = answers.filter(({ top }, index) => top[0]!.class === mnist.targets[index]).length;
    expect(right).toBeGreaterThanOrEqual(127);
    expect(code).toBe(0);
  });
});

describe('fool evaluate', () => {
  const folder = path.join(root, 'digits');
  const names = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
  for (let index = 0; index < 70; index++)
    file(`digits/${names[mnist.targets[index]!]!}/${String(index)}.png`, digit(index));

  it.each([1, 10])('gives the accuracy over a folder with %i crops', async (crops) => {
    const { code, out } = await fool(
      ...['evaluate', ...device, '--dataset', folder, '--json', '--crops', String(crops)],
    );
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual([
      'model',
      'dataset',
      'images',
      'correct',
      'accuracy',
      'top5',
      'seconds',
    ]);
    expect(result).toMatchObject({ model: 'lenet-mnist', dataset: folder, images: 70 });
    expect(result['accuracy']).toBe(Number(result['correct']) / 70);
    // Five of the ten views of a digit are its mirror image.
    expect(result['correct']).toBeGreaterThanOrEqual(crops === 1 ? 68 : 30);
    expect(result['top5']).toBeGreaterThanOrEqual(Number(result['accuracy']));
    expect(code).toBe(0);
  });

  it.each<[string[], number, RegExp]>([
    [['--dataset', 'minst'], 2, /--dataset minst: expected mnist or a folder/],
    [['--dataset', folder, '--data', root], 2, /--data belongs to --dataset mnist/],
    [['--crops', '3'], 2, /Expected 1 or 10/],
    [['--dataset', 'src/gpu'], 1, /holds no labelled pictures: expected FOLDER\/<class>/],
    [['--dataset', 'src'], 1, /src\/\w+: "\w+" is none of the model's classes/],
    [
      ['--model', 'caffenet-tiny'],
      1,
      /mnist test has images of 1 × 28 × 28, caffenet-tiny looks at 3 × 256 × 256/,
    ],
    [
      ['--dataset', path.dirname(file('torn/3/a.png', digit(0).subarray(0, 99))).slice(0, -2)],
      1,
      /torn\/3\/a\.png cannot be read/,
    ],
  ])('%j is refused', async (options, expected, reason) => {
    const { code, err } = await fool('evaluate', ...device, ...options);
    expect(err).toMatch(reason);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(expected);
  });
});
