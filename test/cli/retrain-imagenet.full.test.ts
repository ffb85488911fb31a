/** `fool experiment retrain-imagenet` in miniature: LeNet and digits stand in for CaffeNet and photographs. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/node/image-file.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { digitPng } from '../support/few-digits.ts';
import { ended, fool, start } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-retrain-'));
const at = (name: string) => join(root, name);
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const command = ['experiment', 'retrain-imagenet', ...device, '--model', 'lenet-mnist'];
const effort = ['--generations', '20', '--population', '16', '--epochs', '6', '--batch', '16'];
const pictures = ['--images', at('train'), '--judge', at('judge'), '--pictures', '20', '--judged', '20'];
const miniature = [...command, ...effort, ...pictures, '--rate', '0.01'];

interface Tally {
  readonly pictures: number;
  readonly correct: number;
  readonly alarms: number;
}
interface Printed {
  readonly complete: boolean;
  readonly rows: readonly { readonly what: string; readonly paper: string; readonly here: string }[];
  readonly remarks: readonly string[];
  readonly differences: readonly string[];
  readonly numbers: {
    readonly medians: readonly number[][];
    readonly confidences: readonly number[][][];
    readonly pictures: readonly Tally[];
    readonly foolingImages: readonly Tally[];
    readonly trainingSteps: readonly number[];
  };
}

let whole: Printed;
beforeAll(async () => {
  for (const [folder, split] of [
    ['train', 'train'],
    ['judge', 'test'],
  ] as const) {
    const digits = await loadMnist(split);
    const places = new Map<number, number>();
    for (let index = 0; index < 400; index++) {
      const digit = digits.targets[index]!;
      const place = places.get(digit) ?? 0;
      places.set(digit, place + 1);
      mkdirSync(at(`${folder}/${String(digit)}`), { recursive: true });
      writeFileSync(at(`${folder}/${String(digit)}/${String(place)}.png`), digitPng(digits, index));
    }
  }
  const { code, out, err } = await fool(...miniature, '--json', '--out', at('whole'));
  expect(err).not.toContain('warning');
  expect(code).toBe(0);
  whole = JSON.parse(out) as Printed;
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Everything that does not tell the time. */
function outcome(folder: string): Record<string, string> {
  const names = readdirSync(at(folder), { recursive: true }) as string[];
  const kept = names
    .filter((name) => /archive\.json$|images\/.*png$|figures\/.*(png|svg)$|\.safetensors$/.test(name))
    .sort();
  return Object.fromEntries(kept.map((name) => [name, readFileSync(join(at(folder), name), 'latin1')]));
}

describe('a network that is trained on fooling images', () => {
  it('knows them afterwards, and still knows digits', () => {
    const { numbers, complete } = whole;
    expect(complete).toBe(true);
    // Two hundred digits and ten fooling images, six times, sixteen at once.
    expect(numbers.trainingSteps).toEqual([6 * Math.floor(210 / 16)]);
    const [before, after] = numbers.pictures;
    expect(before!.pictures).toBe(200);
    expect(before!.correct).toBeGreaterThan(190);
    expect(before!.alarms).toBe(0);
    expect(after!.correct).toBeGreaterThan(185);
    expect(after!.alarms).toBeLessThan(5);
    expect(numbers.foolingImages[0]).toEqual({ pictures: 0, correct: 0, alarms: 0 });
    expect(numbers.foolingImages[1]!.pictures).toBe(10);
    expect(numbers.foolingImages[1]!.alarms).toBeGreaterThan(7);
  });

  it('is fooled again in a run of its own, for the ten digits and not for the class of fooling images', () => {
    for (const round of [0, 1]) {
      const run = JSON.parse(
        readFileSync(at(`whole/runs/round-${String(round)}-run-01/archive.json`), 'utf8'),
      ) as { class: number; confidence: number }[];
      expect(run.map((cell) => cell.class)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const confidences = run.map(({ confidence }) => confidence);
      expect(whole.numbers.confidences[round]).toEqual([confidences]);
      const [low, high] = [...confidences].sort((a, b) => a - b).slice(4, 6);
      expect(whole.numbers.medians[round]![0]).toBeCloseTo((low! + high!) / 2, 6);
    }
  });

  it('is a model file with a class more, whose convolutions are those of the first', async () => {
    const file = at('whole/models/round-1.safetensors');
    const { model } = await loadModel(file);
    const { model: first } = await loadModel('lenet-mnist');
    expect(model.labels).toEqual([...first.labels, 'fooling']);
    for (const name of ['conv1.weight', 'conv2.bias'])
      expect(model.weights.get(name)!.data).toEqual(first.weights.get(name)!.data);
    expect(model.weights.get('ip1.weight')!.data).not.toEqual(first.weights.get('ip1.weight')!.data);
    expect(existsSync(at('whole/models/round-1.checkpoint'))).toBe(false);
    const digit = at('judge/7/0.png');
    const { out, code } = await fool('classify', ...device, '--model', file, digit, '--json');
    expect(code).toBe(0);
    expect((JSON.parse(out) as { top: { label: string }[] }[])[0]!.top[0]!.label).toBe('7');
  });

  it('leaves the table, the boxes and the pictures before and after', () => {
    expect(whole.rows.map(({ what }) => what)).toEqual([
      'median confidence of evolved images, before training',
      'median confidence of evolved images, after round 1',
      'pictures named rightly, before training',
      'pictures named rightly, after round 1',
      'pictures taken for fooling images, after round 1',
      'fooling images of earlier rounds that are recognised, after round 1',
    ]);
    expect(whole.remarks[0]).toMatch(/^Round 1\. The median (fell|did not fall)/);
    expect(whole.differences.join()).not.toContain(root);
    const sheet = readFileSync(at('whole/figures/before-and-after.png'));
    const {
      extent: [, height, width],
    } = decodeImage(sheet, 'sheet');
    expect(width).toBeGreaterThan(10 * 100);
    expect(height).toBeGreaterThan(2 * 100);
    const page = readFileSync(at('whole/report.html'), 'utf8');
    expect(page).toContain('src="figures/confidences.svg"');
  });

  it('is the same network, fooled the same, where the experiment was interrupted in the evolution and before the training', async () => {
    const folder = at('cut');
    const resume = ['experiment', 'retrain-imagenet', ...device, '--resume', '--out', folder];
    for (const [commandLine, phase] of [
      [[...miniature, '--out', folder], 'runs/round-0-run-01/run.json'],
      [resume, 'steps/judge-0.json'],
    ] as const) {
      const child = start(commandLine);
      const ending = ended(child);
      await expect.poll(() => existsSync(join(folder, phase)), { timeout: 60_000, interval: 5 }).toBe(true);
      child.kill('SIGINT');
      expect((await ending).code).toBe(130);
    }
    expect(existsSync(join(folder, 'models/round-1.safetensors'))).toBe(false);
    const { code, out } = await fool(...resume, '--json');
    expect(code).toBe(0);
    const { numbers, rows } = JSON.parse(out) as Printed;
    expect({ numbers, rows }).toEqual({ numbers: whole.numbers, rows: whole.rows });
    expect(outcome('cut')).toEqual(outcome('whole'));
  });

  it('trains all layers where told, again in a second round, with a tenth kept back where no folder judges', async () => {
    const { code, out } = await fool(
      ...[...command, '--generations', '3', '--population', '8', '--epochs', '1', '--batch', '16'],
      ...['--images', at('train'), '--layers', 'all', '--rounds', '2', '--pictures', '5', '--judged', '2'],
      ...['--json', '--out', at('all')],
    );
    expect(code).toBe(0);
    const { numbers } = JSON.parse(out) as Printed;
    expect(numbers.trainingSteps).toEqual([Math.floor(60 / 16), Math.floor(70 / 16)]);
    expect(numbers.foolingImages.map((tally) => tally.pictures)).toEqual([0, 10, 20]);
    expect(numbers.pictures[0]!.pictures).toBe(20);
    const [one, two] = await Promise.all(
      ['round-1', 'round-2'].map(
        async (name) => (await loadModel(at(`all/models/${name}.safetensors`))).model,
      ),
    );
    expect(one!.labels).toHaveLength(11);
    expect(two!.labels).toHaveLength(11);
    expect(one!.weights.get('conv1.weight')!.data).not.toEqual(two!.weights.get('conv1.weight')!.data);
  });

  it('leaves nothing of its networks where it is replaced, and all where replacing is refused', async () => {
    const networks = () =>
      ['round-1', 'round-2'].filter((name) => existsSync(at(`all/models/${name}.safetensors`)));
    const refused = await fool(...command, '--images', at('none'), '--replace', '--out', at('all'));
    expect(refused.code).toBe(2);
    expect(networks()).toEqual(['round-1', 'round-2']);
    const replaced = await fool(
      ...[...command, '--generations', '1', '--population', '8', '--epochs', '1', '--batch', '16'],
      ...['--images', at('train'), '--pictures', '5', '--judged', '2', '--replace', '--out', at('all')],
    );
    expect(replaced.code).toBe(0);
    expect(networks()).toEqual(['round-1']);
  });
});

describe('wrong usage ends with 2 and a sentence, before anything runs', () => {
  it.each([
    [[], /pictures to train on are needed, since none come along.*--images/],
    [['--images', at('none')], /--images: .*none cannot be read as a folder/],
    [['--images', at('train'), '--judge', at('nowhere')], /--judge: .*nowhere cannot be read/],
    [['--images', at('train'), '--batch', '6'], /--batch 6: expected a multiple of 4/],
    [
      ['--images', at('train'), '--pictures', '1', '--batch', '64'],
      /10 pictures to train on, fewer than the 64/,
    ],
    [['--images', at('train'), '--rate', '0'], /expected a number from 1e-9 to 10/],
    [['--images', at('train'), '--layers', 'some'], /expected one of dense, all/],
    [['--images', at('train'), '--classes', '3,12'], /0 to 9, not 12/],
  ])('%j', async (options, message) => {
    const folder = mkdtempSync(join(root, 'wrong-'));
    const { code, err } = await fool(...command, ...options, '--out', folder);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });
});
