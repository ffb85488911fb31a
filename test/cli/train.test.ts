/** `fool train` interrupted, killed, resumed; and what stands in its way. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  readTrainingCheckpoint,
  writeCheckpoint,
  type TrainingCheckpoint,
} from '../../src/model/training/training-checkpoint.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { takeLock } from '../../src/node/process-lock.ts';
import { writeFewDigits } from '../support/few-digits.ts';
import { ended, fool, start, type Outcome } from './fool.ts';
import { full } from '../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-train-'));
const at = (...path: string[]) => join(root, ...path);
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
/** Three steps. */
const small = [
  'train',
  ...device,
  '--data',
  at('digits'),
  '--batch',
  '4',
  '--epochs',
  '1',
  '--checkpoint-every',
  '0',
];
const [out, newest, previous] = [at('out'), at('out.checkpoint'), at('out.checkpoint.previous')] as const;
const resume = ['train', '--resume', '--out', out];

beforeAll(async () => {
  const mnist = await loadMnist('test');
  writeFewDigits(at('digits'), mnist, 12);
  writeFewDigits(at('others'), mnist, 16);
});
afterEach(() => {
  for (const file of [newest, previous]) rmSync(file, { force: true });
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** In this process, with a signal as soon as the command listens to it. */
async function interrupted(signal: NodeJS.Signals, ...commandLine: string[]): Promise<Outcome> {
  const before = process.listenerCount(signal);
  const running = fool(...commandLine);
  const watch = setInterval(() => {
    if (process.listenerCount(signal) === before) return;
    clearInterval(watch);
    process.listeners(signal).at(-1)?.(signal);
  }, 1);
  return running.finally(() => {
    clearInterval(watch);
  });
}

it.runIf(full)(
  'resumed after a signal and after SIGKILL equals an uninterrupted one, and until then leaves the file as it was',
  async () => {
    expect(await fool(...small, '--out', at('whole'))).toMatchObject({ code: 0 });
    expect(readdirSync(root)).toEqual(['digits', 'others', 'whole']);
    writeFileSync(out, 'the last good one');
    const child = start([...small, '--out', out]);
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('steps ·')) setTimeout(() => child.kill('SIGKILL'), 250 * Math.random());
    });
    expect(await ended(child)).toMatchObject({
      code: null,
      err: expect.not.stringMatching(/^fool: /m) as string,
    });
    // Killed before its first checkpoint was whole, there is nothing to resume.
    const again = existsSync(newest) || existsSync(previous) ? resume : [...small, '--out', out];
    const stopped = await interrupted('SIGTERM', ...again);
    expect(stopped.err).not.toMatch(/^fool: /m);
    expect(stopped.out).toMatch(
      /^\d of 3 steps, .*\ninterrupted; go on with: fool train --resume --out .*out$/m,
    );
    expect(stopped.code).toBe(143);
    expect(readFileSync(out, 'utf8')).toBe('the last good one');
    expect(await fool(...resume)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^weights: /m) as string,
    });
    expect(readFileSync(out).equals(readFileSync(at('whole')))).toBe(true);
    expect(readdirSync(root)).toEqual(['digits', 'others', 'out', 'whole']);
  },
);

describe('with a checkpoint there', () => {
  const digits = ['--data', at('digits')];
  let good: Uint8Array;
  const changed = async (change: Partial<TrainingCheckpoint>) =>
    writeCheckpoint({ ...(await readTrainingCheckpoint(good, 'good')), ...change });

  beforeAll(async () => {
    const stopped = await interrupted('SIGINT', ...small, '--out', out);
    expect(stopped).toMatchObject({ code: 130, err: expect.not.stringMatching(/^fool: /m) as string });
    good = readFileSync(newest);
  });

  it.each<[string[], RegExp]>([
    [[...small, '--out', out], /not finished .*--resume .*--replace .*another --out/],
    [[...resume, '--epochs', '3'], /--epochs 3 differs from the training of .*, which has 1; leave it out/],
    [[...resume, '--seed', '9'], /--seed 9 differs/],
    [[...resume, '--batch', '5'], /--batch 8 differs/],
    [
      [...resume, '--data', at('others')],
      /--data .*others holds other images than those that .*out\.checkpoint/,
    ],
    [[...resume, '--replace'], /--resume goes on .*--replace starts it over/],
    [[...resume, '--tune'], /keeps its kernels: leave out --tune/],
    [['train', '--resume', '--out', at('nowhere', 'out')], /nowhere.out has no training to resume/],
    [['train', ...digits, '--batch', '32', '--out', at('large')], /--batch 32 is more than the 12 images/],
  ])('%j is wrong usage', async (commandLine, message) => {
    writeFileSync(newest, good);
    const { code, err } = await fool(...commandLine);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
    expect(readFileSync(newest).equals(good)).toBe(true);
    expect(existsSync(at('nowhere'))).toBe(false);
  });

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    [
      'another version',
      () => changed({ version: '9.9.9' }),
      /another version: 9\.9\.9, here it is .*go on with that version/,
    ],
    [
      'another network',
      () => changed({ architecture: 'vgg' }),
      /another architecture: vgg, here it is lenet/,
    ],
    [
      'another adapter',
      () => changed({ adapter: 'a GPU' }),
      /another adapter: a GPU, here it is .*--adapter/,
    ],
    [
      'other images',
      () => changed({ host: { adapter: 'auto', data: at('others') } }),
      /others holds other images than .*pass these as --data; or start over with --replace/,
    ],
    [
      'another shape',
      () => changed({ tensors: new Map() }),
      /0 values of conv1\.weight, the network has 500/,
    ],
    [
      'nothing',
      () => Promise.resolve(new Uint8Array()),
      /is no checkpoint.*previous is missing; or start over/,
    ],
    [
      'a cut file',
      () => Promise.resolve(good.subarray(0, 10_000)),
      /out\.checkpoint is damaged or was cut short.*previous is missing; or start over with --replace/,
    ],
  ])('of %s it ends with 1 and a sentence', async (_, content, message) => {
    const bytes = await content();
    writeFileSync(newest, bytes);
    const { code, err } = await fool(...resume);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
    expect(readFileSync(newest).equals(bytes)).toBe(true);
  });

  it('that is damaged it goes on from the one before, and says so', async () => {
    writeFileSync(previous, good);
    writeFileSync(newest, good.subarray(1));
    const stopped = await interrupted('SIGHUP', ...resume);
    expect(stopped.err).toMatch(
      /^warning: .*out\.checkpoint is no checkpoint.*; going on from the checkpoint before it/m,
    );
    expect(stopped.code).toBe(129);
  });

  it('starts over with --replace', async () => {
    writeFileSync(newest, 'rubbish');
    writeFileSync(previous, 'rubbish');
    expect((await interrupted('SIGINT', ...small, '--replace', '--out', out)).code).toBe(130);
    for (const file of [newest, previous].filter((name) => existsSync(name)))
      expect(await readTrainingCheckpoint(readFileSync(file), file)).toMatchObject({ epochs: 1, seed: 1 });
  });
});

it('a file that another process trains into is refused', async () => {
  const lock = await takeLock(`${out}.lock`, { onLost: () => undefined });
  const { code, err } = await fool(...small, '--out', out);
  await lock.release();
  expect(err).toMatch(/another process is writing to .*out \(process \d+\)/);
  expect(code).toBe(2);
});

it('a file that cannot be written is refused before anything else', async () => {
  const { code, err } = await fool('train', '--adapter', 'banana', '--out', root);
  expect(err).toMatch(/^fool: cannot write .*: it is a folder, not a file/);
  expect(code).toBe(1);
});
