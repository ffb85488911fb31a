import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { TrainingCheckpointError } from '../../src/model/training/training-state.ts';
import { StorageError } from '../../src/node/file-storage.ts';
import { TrainingFiles } from '../../src/node/training-files.ts';

let root = '';
const at = (...path: string[]) => join(root, ...path);
const bytes = (text: string) => new TextEncoder().encode(text);
const notes: string[] = [];

/** Takes whatever begins with "whole". */
const parse = (content: Uint8Array, file: string): Promise<string> => {
  const text = new TextDecoder().decode(content);
  return text.startsWith('whole')
    ? Promise.resolve(text)
    : Promise.reject(new TrainingCheckpointError(`${file} is damaged`));
};
const read = (files: TrainingFiles) => files.read(parse, 100, (text) => notes.push(text));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fool-training-files-'));
  notes.length = 0;
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('checkpoints beside a file', () => {
  it('are two: the newest and the one before it, and nothing else', async () => {
    const files = await TrainingFiles.of(at('out'));
    expect(await files.present()).toEqual([]);
    for (const text of ['whole 1', 'whole 2', 'whole 3']) await files.write(bytes(text));
    expect(readdirSync(root)).toEqual(['out.checkpoint', 'out.checkpoint.previous']);
    expect(await read(files)).toEqual({ content: 'whole 3', file: at('out.checkpoint') });
    expect(readFileSync(at('out.checkpoint.previous'), 'utf8')).toBe('whole 2');
    expect(notes).toEqual([]);
    await files.remove();
    expect(readdirSync(root)).toEqual([]);
  });

  it('go with what a process left that was killed while it wrote one', async () => {
    const files = await TrainingFiles.of(at('out'));
    await files.write(bytes('whole'));
    for (const name of [
      'out.checkpoint.unfinished',
      'out.checkpoint.unfinished.1234567890',
      'out.checkpoint.unfinished.txt',
    ])
      writeFileSync(at(name), 'half');
    await files.remove();
    expect(readdirSync(root)).toEqual(['out.checkpoint.unfinished.txt']);
  });

  it.each([
    [
      'damaged',
      () => {
        writeFileSync(at('out.checkpoint'), 'half');
      },
      /out\.checkpoint is damaged; going on from .*previous$/,
    ],
    [
      'too large',
      () => {
        writeFileSync(at('out.checkpoint'), 'whole'.repeat(99));
      },
      /has 495 bytes, .* at most 100; going on/,
    ],
    [
      'missing',
      () => {
        rmSync(at('out.checkpoint'));
      },
      /out\.checkpoint is missing; going on from .*previous$/,
    ],
    [
      'a folder',
      () => {
        rmSync(at('out.checkpoint'));
        mkdirSync(at('out.checkpoint'));
      },
      /out\.checkpoint is no file; going on/,
    ],
  ])(
    'of which the newest is %s are gone on with from the one before, which is not lost by it',
    async (name, damage, note) => {
      const files = await TrainingFiles.of(at('out'));
      for (const text of ['whole 1', 'whole 2']) await files.write(bytes(text));
      damage();
      const later = await TrainingFiles.of(at('out'));
      expect(await read(later)).toMatchObject({ content: 'whole 1' });
      expect(notes).toEqual([expect.stringMatching(note)]);
      if (name === 'a folder') return;
      await later.write(bytes('whole 3'));
      expect(readFileSync(at('out.checkpoint.previous'), 'utf8')).toBe('whole 1');
      expect(await read(later)).toMatchObject({ content: 'whole 3' });
    },
  );

  it('that are both damaged are refused, with what is wrong with each', async () => {
    for (const name of ['out.checkpoint', 'out.checkpoint.previous']) writeFileSync(at(name), 'half');
    await expect(read(await TrainingFiles.of(at('out')))).rejects.toThrow(
      /out\.checkpoint is damaged; .*out\.checkpoint\.previous is damaged$/,
    );
  });

  it('lie beside the file that a link stands for, so that two names have one lock', async ({ skip }) => {
    skip(process.platform === 'win32', 'links need rights there');
    mkdirSync(at('real'));
    writeFileSync(at('real', 'out'), '');
    symlinkSync(at('real', 'out'), at('link'));
    expect((await TrainingFiles.of(at('link'))).lock).toBe((await TrainingFiles.of(at('real', 'out'))).lock);
  });
});

const unixCases: [string, () => string, RegExp][] = [
  ['a device', () => '/dev/null', /is a device or a pipe/],
  ['a place that nobody can write to', () => '/proc/out', /cannot write \/proc\/out: /],
];

describe('what cannot be written is known at once', () => {
  it.each<[string, () => string, RegExp]>([
    ['a folder', () => root, /cannot write .*: it is a folder, not a file: name a file in it/],
    ['a name that ends like a folder', () => at('new') + '/', /it is a folder/],
    ['no name', () => '', /it is a folder/],
    [
      'below a file',
      () => {
        writeFileSync(at('plain'), '');
        return at('plain', 'out');
      },
      /a part of the path is a file/,
    ],
    ['too long a name', () => at('n'.repeat(240)), /the name is too long/],
    ...(process.platform === 'win32' ? [] : unixCases),
  ])('%s', async (_, out, message) => {
    const files = await TrainingFiles.of(out());
    await expect(files.checkWritable()).rejects.toThrow(message);
    await expect(files.checkWritable()).rejects.toThrow(StorageError);
  });

  it('and what can be leaves nothing but its folder', async () => {
    await (await TrainingFiles.of(at('a', 'b', 'out'))).checkWritable();
    expect(readdirSync(at('a', 'b'))).toEqual([]);
  });
});
