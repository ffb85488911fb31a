import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FileStorage } from '../../src/node/file-storage.ts';
import { full } from '../support/full.ts';

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

describe('a process of its own', () => {
  beforeEach(({ skip }) => {
    skip(process.platform === 'win32', 'Windows has neither SIGKILL nor ulimit');
  });

  const SIZE = 300_000;
  let program: string;
  beforeAll(() => {
    program = path.join(scratch, 'rewrite.cjs');
    buildSync({
      stdin: {
        contents: `
          import { FileStorage } from './src/node/file-storage.ts';
          process.on('SIGXFSZ', () => {}); // makes a write over the limit fail instead of killing the process
          const storage = new FileStorage(process.argv[2]);
          const rewrite = async () => {
            for (let version = 0; ; version++) {
              await storage.write('state', String(version % 10).repeat(${String(SIZE)}));
              if (version === 0) process.stdout.write('started');
            }
          };
          rewrite().catch((error) => { console.error(error.message); process.exitCode = 3; });`,
        resolveDir: path.resolve(import.meta.dirname, '../..'),
        loader: 'ts',
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
    });
  });

  test('killed at any moment leaves one complete version', { timeout: 120_000 }, async () => {
    for (let round = 0; round < (full ? 30 : 8); round++) {
      const child = spawn(process.execPath, [program, root], {
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: 10_000,
      });
      const closed = once(child, 'close');
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      child.kill('SIGKILL');
      await closed;
      const content = await text('state');
      expect(content).toHaveLength(SIZE);
      expect(new Set(content).size).toBe(1);
    }
    await new FileStorage(root).write('state', 'next run');
    expect(await readdir(root)).toEqual(['state']);
  });

  test('that may write only part of a file keeps the old one', async () => {
    await storage.write('state', 'old');
    // The shell's limit, in blocks of 512 or 1,024 bytes, lets the first write(2) come back short.
    const command = ['-c', 'ulimit -f 100; exec "$0" "$@"', process.execPath, program, root];
    const child = spawn('sh', command, { timeout: 4000, killSignal: 'SIGKILL' });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    expect({ exitCode, errors }).toEqual({
      exitCode: 3,
      errors: expect.stringContaining('ulimit -f') as string,
    });
    expect(await text('state')).toBe('old');
    expect(await readdir(root)).toEqual(['state']);
  });
});
