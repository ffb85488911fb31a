import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { FileStorage, StorageError, storageError } from '../../src/node/file-storage.ts';
import { readGeneration, writeGeneration } from '../../src/storage/generations.ts';
import { SmallDisk } from '../support/small-disk.ts';

let scratch: string;
let root: string;
let storage: FileStorage;
let runs = 0;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'file-storage-'));
});
beforeEach(() => {
  root = path.join(scratch, `run${String(runs++)}`);
  storage = new FileStorage(root);
});
afterAll(() => rm(scratch, { recursive: true }));

const text = async (file: string) => new TextDecoder().decode(await storage.read(file));

async function refusal(action: Promise<unknown>): Promise<StorageError> {
  const error: unknown = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StorageError);
  return error as StorageError;
}

/** The superuser may write anywhere: it does this as a user that owns nothing. */
async function withoutPrivileges<T>(action: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return action();
  await chmod(scratch, 0o755);
  process.seteuid!(65_534);
  try {
    return await action();
  } finally {
    process.seteuid!(0);
  }
}

describe('file storage', () => {
  test('reads what was written, as text or bytes, in folders made on the way', async () => {
    await storage.write('a/b/file.bin', Uint8Array.of(0, 255, 7));
    await storage.write('note.txt', 'größer ✓');
    expect(await storage.read('a/b/file.bin')).toEqual(Uint8Array.of(0, 255, 7));
    expect(await text('note.txt')).toBe('größer ✓');
    await storage.write('note.txt', '');
    expect(await storage.read('note.txt')).toEqual(new Uint8Array());
  });

  test('reads undefined where there is nothing', async () => {
    expect(await storage.read('absent')).toBeUndefined();
    expect(await storage.read('no/such/folder')).toBeUndefined();
  });

  test('makes nothing before the first write', async () => {
    await storage.read('x');
    await storage.list('');
    await storage.flush('x');
    await expect(stat(root)).rejects.toThrow(/ENOENT/);
  });

  test('appends, making the file when absent, and flushes on request', async () => {
    await storage.append('logs/progress.jsonl', '1\n');
    await storage.append('logs/progress.jsonl', '2\n');
    await storage.flush('logs/progress.jsonl');
    expect(await text('logs/progress.jsonl')).toBe('1\n2\n');
  });

  test('removes a file and is silent when there is none', async () => {
    await storage.write('x', '1');
    await storage.remove('x');
    await storage.remove('x');
    expect(await storage.read('x')).toBeUndefined();
  });

  test('lists the files of one folder, sorted, without its folders', async () => {
    for (const file of ['b', 'a', 'images/2.png', 'images/1.png', 'images/deep/3.png']) {
      await storage.write(file, file);
    }
    expect(await storage.list('')).toEqual(['a', 'b']);
    expect(await storage.list('images')).toEqual(['1.png', '2.png']);
    expect(await storage.list('absent')).toEqual([]);
  });

  test('concurrent writes to one file leave one whole content and no temporary file', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(contents.map((content) => storage.write('same', content)));
    expect(contents).toContain(await text('same'));
    expect(await readdir(root)).toEqual(['same']);
  });

  test('writes several megabytes whole', async () => {
    const content = Uint8Array.from({ length: 5_000_001 }, (_, index) => index % 251);
    await storage.write('large', content);
    expect(Buffer.compare(await readFile(path.join(root, 'large')), content)).toBe(0);
  });
});

describe('paths', () => {
  test.each([
    '',
    '/etc/passwd',
    '..',
    '../x',
    'a/../../x',
    'a/..',
    './x',
    'a//b',
    'a/',
    'a\\..\\x',
    'c:x',
    'a\0b',
  ])('refuses %j everywhere', async (file) => {
    const actions = [
      () => storage.read(file),
      () => storage.write(file, 'x'),
      () => storage.append(file, 'x'),
      () => storage.flush(file),
      () => storage.remove(file),
      ...(file === '' ? [] : [() => storage.list(file)]),
    ];
    for (const action of actions) expect((await refusal(action())).code).toBe('OUTSIDE');
  });

  test('no path reaches outside the root', async () => {
    await writeFile(path.join(scratch, 'secret'), 'secret');
    const parts = fc.constantFrom('..', '.', '', 'secret', 'a', '/', '\\', '~', '%2e%2e', '...');
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 5 }), async (list) => {
        const found = await storage.read(list.join('/')).catch((error: unknown) => {
          expect(error).toBeInstanceOf(StorageError);
        });
        expect(found).toBeUndefined();
      }),
    );
  });
});

describe('a disk that refuses', () => {
  test('a root below a file', async () => {
    await writeFile(path.join(scratch, 'plain'), '');
    const blocked = new FileStorage(path.join(scratch, 'plain', 'run'));
    const error = await refusal(blocked.write('a', 'x'));
    expect(error.message).toMatch(/^cannot write .*plain.run.a: a part of the path is a file, not a folder/);
    expect((await refusal(blocked.read('a'))).code).toBe('ENOTDIR');
  });

  test('a root that is a file', async () => {
    await writeFile(root, '');
    expect((await refusal(storage.write('a', 'x'))).message).toMatch(/is a file, not a folder/);
    expect((await refusal(storage.list(''))).message).toMatch(/is a file, not a folder/);
  });

  test('a folder in the place of a file', async () => {
    await mkdir(path.join(root, 'a'), { recursive: true });
    expect((await refusal(storage.write('a', 'x'))).message).toMatch(/it is a folder, not a file/);
    expect((await refusal(storage.read('a'))).code).toBe('EISDIR');
    expect(await readdir(root)).toEqual(['a']);
  });

  test('a folder without permission', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no such permissions of folders');
    await mkdir(root);
    await chmod(root, 0o555);
    const error = await withoutPrivileges(() => refusal(storage.write('a', 'x')));
    expect(error.message).toMatch(/permission denied/);
  });

  test.each([
    ['EACCES', /^cannot write \/run\/a: permission denied: choose another folder/],
    ['EROFS', /the file system is read-only/],
    ['ENOSPC', /the disk is full/],
    ['EIO', /input\/output error/],
  ])('%s becomes a message for people', (code, message) => {
    const cause = Object.assign(new Error('input/output error'), { code });
    const error = storageError('write', '/run/a', cause);
    expect(error).toMatchObject({ code, cause });
    expect(error.message).toMatch(message);
  });
});

describe('a disk that is full', () => {
  test('from any page of a checkpoint on keeps the one before, and takes the next when there is room', async ({
    skip,
  }) => {
    const disk = SmallDisk.mount(2 ** 17);
    if (!disk) return skip('only root may mount a small disk');
    onTestFinished(() => {
      disk.unmount();
    });
    const checkpoint = new FileStorage(disk.folder);
    const parse = (content: string) => JSON.parse(content) as string;
    const pages = 5;
    const state = (letter: string) => JSON.stringify(letter.repeat(pages * disk.grain - 100));
    const read = async () => (await readGeneration(checkpoint, 'state.json', parse))?.record[0];
    await writeGeneration(checkpoint, 'state.json', state('a'));
    for (let room = 0; room < pages; room++) {
      disk.leave(room * disk.grain);
      const error = await refusal(writeGeneration(checkpoint, 'state.json', state('b')));
      expect(error).toMatchObject({ code: 'ENOSPC' });
      expect(await read()).toBe('a');
      expect(await checkpoint.list('')).toHaveLength(1);
    }
    disk.free();
    await writeGeneration(checkpoint, 'state.json', state('c'));
    expect(await read()).toBe('c');
  });
});

describe('a folder that strangers have prepared', () => {
  beforeEach(async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no such links and pipes');
    await mkdir(root);
  });

  const foreign = () => path.join(scratch, `foreign${String(runs)}`);

  test('a link in the place of a file is replaced, and what it leads to stays', async () => {
    await writeFile(foreign(), 'somebody’s');
    await symlink(foreign(), path.join(root, 'report.html'));
    await storage.write('report.html', 'ours');
    expect(await readFile(foreign(), 'utf8')).toBe('somebody’s');
    expect(await text('report.html')).toBe('ours');
  });

  test('nothing is appended or flushed through a link', async () => {
    await writeFile(foreign(), 'somebody’s');
    await symlink(foreign(), path.join(root, 'progress.jsonl'));
    const error = await refusal(storage.append('progress.jsonl', 'ours'));
    expect(error.message).toMatch(/progress\.jsonl: a link is there.*remove the link/);
    await refusal(storage.flush('progress.jsonl'));
    expect(await readFile(foreign(), 'utf8')).toBe('somebody’s');
  });

  test('a link in the place of a folder: nothing is written, made or removed behind it', async () => {
    await mkdir(foreign());
    await writeFile(path.join(foreign(), '0001.png'), 'a photograph');
    await symlink(foreign(), path.join(root, 'images'));
    const actions = [
      () => storage.write('images/0001.png', 'ours'),
      () => storage.append('images/0001.png', 'ours'),
      () => storage.write('images/deep/0001.png', 'ours'),
      () => storage.remove('images/0001.png'),
    ];
    for (const action of actions) {
      const error = await refusal(action());
      expect(error.code).toBe('LINK');
      expect(error.message).toMatch(/images.*: a link is there or on the way.*remove the link/);
    }
    expect(await readdir(foreign())).toEqual(['0001.png']);
    expect(await readFile(path.join(foreign(), '0001.png'), 'utf8')).toBe('a photograph');
  });

  test('the folder itself may be a link of the user’s', async () => {
    const link = path.join(scratch, 'latest');
    await symlink(root, link);
    await new FileStorage(link).write('images/0001.png', 'ours');
    expect(await text('images/0001.png')).toBe('ours');
  });

  test('a pipe is not waited for, and a device is not read', async () => {
    await once(spawn('mkfifo', [path.join(root, 'pipe')]), 'close');
    await symlink('/dev/zero', path.join(root, 'zero'));
    for (const name of ['pipe', 'zero']) {
      const error = await refusal(storage.read(name));
      expect(error).toMatchObject({ code: 'IRREGULAR' });
      expect(error.message).toMatch(/it is no regular file but a pipe or a device/);
    }
  });
});

describe('a folder that goes away', () => {
  test.each(['write', 'append'] as const)('is not made again by %s', async (action) => {
    await storage.write('run.json', '{}');
    await rename(root, `${root}-elsewhere`);
    const error = await refusal(storage[action]('checkpoint/state.json', '{}'));
    expect(error.code).toBe('GONE');
    expect(error.message).toMatch(/the folder was moved or removed since the first write to it/);
    await expect(stat(root)).rejects.toThrow(/ENOENT/);
    // Nor is another one in its place taken for it.
    await mkdir(root);
    expect((await refusal(storage[action]('checkpoint/state.json', '{}'))).code).toBe('GONE');
    expect(await readdir(root)).toEqual([]);
  });
});

describe('leftovers of a killed process', () => {
  test('are removed when their file is written again, and nothing else is', async () => {
    await mkdir(root);
    const bystanders = ['run.json.1', 'other.json.1234567890', 'run.json.backup', 'run.json.20240101x'];
    for (const file of ['run.json.1234567890', 'run.json.98765', ...bystanders]) {
      await writeFile(path.join(root, file), 'half a fi');
    }
    await storage.write('run.json', '{}');
    expect(await readdir(root)).toEqual(['run.json', ...bystanders].sort());
  });
});
