import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begin, processIo } from '../../src/cli/io.ts';
import { inRunFolder, movesOn } from '../../src/cli/run-folder.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { FileStorage } from '../../src/node/file-storage.ts';
import { takeLock } from '../../src/node/process-lock.ts';

let root = '';
let said = '';
const latest = () => join(root, 'latest');
const err = new Writable({
  write: (chunk: Buffer, _, done) => {
    said += chunk.toString();
    done();
  },
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fool-folder-'));
  said = '';
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function runIn(folder: string, record: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), record);
}

/** As a command whose folder is `latest` unless it is told another. */
function work(commandLine: readonly string[], begins: boolean): Promise<void> {
  const command = new Command().option('--out <folder>', '', latest()).parse(commandLine, { from: 'user' });
  const options = { ...command.opts<{ out: string }>(), resume: false, replace: false };
  const terminal = new Terminal(
    { json: false, quiet: false },
    begin({ ...processIo, err }, new AbortController().signal),
  );
  const storage = new FileStorage(options.out);
  return inRunFolder(options, command, storage, terminal, async () => {
    if (!begins) throw new Error('refused');
    await storage.write('run.json', 'new');
  });
}

const record = (kind: string, started: string) => `{\n "format": 1,${kind}\n "started": "${started}"\n}\n`;

describe('a run in a folder that nobody named', () => {
  it.each([
    ['evolution', record('', '2026-01-02T03:04:05.678Z'), 'evolution-2026-01-02-030405'],
    ['ascent', record('\n "kind": "ascent",', '2026-01-02T23:04:05.678Z'), 'ascent-2026-01-02-230405'],
  ])('of the kind %s makes room, and is named by its start', async (_, content, name) => {
    runIn(latest(), content);
    await work([], true);
    expect(readdirSync(root).sort()).toEqual([name, 'latest']);
    expect(readFileSync(join(root, name, 'run.json'), 'utf8')).toBe(content);
    expect(readFileSync(join(latest(), 'run.json'), 'utf8')).toBe('new');
    expect(said).toBe(`the former run in ${latest()} is now in ${join(root, name)}\n`);
  });

  it('makes room where its record is damaged, and where the place is taken', async () => {
    const content = record('', '2026-01-02T03:04:05.678Z');
    for (const folder of ['evolution-2026-01-02-030405', 'latest']) runIn(join(root, folder), content);
    await work([], true);
    expect(existsSync(join(root, 'evolution-2026-01-02-030405-2', 'run.json'))).toBe(true);
    await work([], true); // the record is `new`
    expect(readdirSync(root).filter((name) => /^evolution-\d{4}-\d\d-\d\d-\d{6}/.test(name))).toHaveLength(3);
  });

  it('is back where no new run was begun', async () => {
    const content = record('', '2026-01-02T03:04:05.678Z');
    runIn(latest(), content);
    await expect(work([], false)).rejects.toThrow('refused');
    expect(readdirSync(root)).toEqual(['latest']);
    expect(readFileSync(join(latest(), 'run.json'), 'utf8')).toBe(content);
    expect(said).toContain(`the former one is in ${latest()} again`);
  });

  it('stays while another process writes to it', async () => {
    runIn(latest(), record('', '2026-01-02T03:04:05.678Z'));
    const lock = await takeLock(join(latest(), '.lock'), { onLost: () => undefined });
    try {
      await expect(work([], true)).rejects.toThrow(UsageError);
    } finally {
      await lock.release();
    }
    expect(readdirSync(root)).toEqual(['latest']);
  });
});

it('a folder that was named is never moved', async () => {
  runIn(latest(), record('', '2026-01-02T03:04:05.678Z'));
  await expect(work(['--out', latest()], true)).rejects.toThrow(/holds a run already/);
  expect(readdirSync(root)).toEqual(['latest']);
});

it('nothing moves where a run is resumed or replaced', () => {
  runIn(latest(), '');
  const command = new Command().option('--out <folder>', '', latest()).parse([], { from: 'user' });
  const options = { out: latest(), resume: false, replace: false };
  expect(movesOn(options, command)).toBe(true);
  expect(movesOn({ ...options, resume: true }, command)).toBe(false);
  expect(movesOn({ ...options, replace: true }, command)).toBe(false);
});
