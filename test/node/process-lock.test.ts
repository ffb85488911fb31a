/** Locks among real processes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ownIdentity } from '../../src/node/process-identity.ts';
import { takeLock } from '../../src/node/process-lock.ts';
import { full } from '../support/full.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'fool-lock-'));
const program = path.join(scratch, 'holder.mjs');
let folder: string;
let lock: string;
const onLost = () => {
  throw new Error('the lock was lost');
};

/**
 * Waits for the lock, writes `in` and `out` to a file around some milliseconds, so many times; ends without letting go
 * when told.
 */
const source = `
  import { appendFileSync } from 'node:fs';
  import { takeLock } from './src/node/process-lock.ts';
  const [lock, log, milliseconds, ending, times] = process.argv.slice(2);
  for (let rest = Number(times); rest > 0; rest--) {
    const held = await takeLock(lock, { onWait: () => undefined, onLost: () => process.exit(9) });
    appendFileSync(log, 'in ');
    const until = performance.now() + Number(milliseconds);
    while (performance.now() < until) await new Promise((done) => setTimeout(done, 1));
    appendFileSync(log, 'out ');
    if (rest === 1 && ending === 'exit') process.exit(0);
    if (rest === 1 && ending === 'killed') process.kill(process.pid, 'SIGKILL');
    await held.release();
  }
`;

beforeAll(async () => {
  await build({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
});
beforeEach(() => {
  folder = mkdtempSync(path.join(scratch, 'run-'));
  lock = path.join(folder, '.lock');
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const log = () => path.join(folder, 'log');
function holder(milliseconds: number, ending = 'release', times = 1): ChildProcess {
  const words = [program, lock, log(), String(milliseconds), ending, String(times)];
  return spawn(process.execPath, words, { stdio: 'inherit' });
}
const isHeld = () =>
  expect.poll(() => existsSync(path.join(lock, 'owner.json')), { timeout: 10_000 }).toBe(true);

/** What succeeds once the other process has ended. */
async function expectedSoon<T>(attempt: () => Promise<T>): Promise<T> {
  for (let rest = 50; ; rest--) {
    try {
      return await attempt();
    } catch (error) {
      if (rest === 0) throw error;
      await sleep(50);
    }
  }
}

/** A lock as another machine's process leaves it, or somebody who means no good. */
function foreign(owner: string, modified = new Date()): string {
  mkdirSync(lock);
  const file = path.join(lock, 'owner.json');
  writeFileSync(file, owner);
  utimesSync(file, modified, modified);
  return file;
}
const elsewhere = JSON.stringify({ pid: 1, place: 'elsewhere', id: '6f1e2f1c-0b1e-4d3c-9c59-0f3a3c1b2a10' });

test('of a process that runs it is refused, by its number; of one that was killed it is taken over at once', async () => {
  const child = holder(60_000);
  await isHeld();
  await expect(takeLock(lock, { onLost })).rejects.toThrow(`process ${String(child.pid)}`);
  child.kill('SIGKILL');
  await once(child, 'close');
  const start = performance.now();
  const held = await takeLock(lock, { onLost });
  expect(performance.now() - start).toBeLessThan(1000);
  await held.release();
  expect(readdirSync(folder)).toEqual(['log']);
});

test('one that has ended and whose parent has not asked how yet counts as gone', async () => {
  // The program that the shell becomes never asks how the shell's child ended.
  const command = '"$0" "$@" & exec sleep 60';
  const child = spawn('sh', ['-c', command, process.execPath, program, lock, log(), '1', 'killed', '1']);
  try {
    await isHeld();
    const held = await expectedSoon(() => takeLock(lock, { onLost }));
    await held.release();
  } finally {
    child.kill('SIGKILL');
  }
});

test('a number that was given to another process since is not taken for the owner', async () => {
  const { pid, place } = ownIdentity();
  foreign(JSON.stringify({ pid, place, started: '1', id: '6f1e2f1c-0b1e-4d3c-9c59-0f3a3c1b2a10' }));
  const held = await takeLock(lock, { onLost });
  await held.release();
});

test('of many that find a dead owner, one at a time goes in', { timeout: 60_000 }, async () => {
  const dead = holder(60_000);
  await isHeld();
  dead.kill('SIGKILL');
  await once(dead, 'close');
  rmSync(log(), { force: true });
  const children = Array.from({ length: 6 }, (_, index) => holder(20, index % 2 === 0 ? 'release' : 'exit'));
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0] as number));
  expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
  expect(readFileSync(log(), 'utf8')).toBe('in out '.repeat(6));
  expect(readdirSync(folder)).toEqual(['log']);
});

test(
  'of many that take it again and again, and of whom some are killed, one at a time goes in',
  { timeout: 60_000 },
  async () => {
    const endings = ['release', 'exit', 'killed'];
    const [processes, rounds] = full ? [12, 12] : [6, 6];
    const children = Array.from({ length: processes }, (_, index) =>
      holder(index % 2, endings[index % 3], rounds),
    );
    const ends = await Promise.all(
      children.map(async (child) => (await once(child, 'close')) as [number | null, string | null]),
    );
    expect(ends.map(([code, signal]) => signal ?? code)).toEqual(
      children.map((_, index) => (index % 3 === 2 ? 'SIGKILL' : 0)),
    );
    expect(readFileSync(log(), 'utf8')).toBe('in out '.repeat(processes * rounds));
  },
);

test('what a process left that was killed while it took the lock is removed; what one that runs makes stays', async () => {
  const unfinished = (name: string, owner?: object) => {
    mkdirSync(`${lock}-new-${name}`);
    if (owner) writeFileSync(path.join(`${lock}-new-${name}`, 'owner.json'), JSON.stringify(owner));
  };
  const id = '6f1e2f1c-0b1e-4d3c-9c59-0f3a3c1b2a10';
  unfinished('dead', { ...ownIdentity(), started: '1', id });
  unfinished('runs', { ...ownIdentity(), id });
  unfinished('begun');
  unfinished('stopped');
  utimesSync(`${lock}-new-stopped`, new Date(0), new Date(0));
  const held = await takeLock(lock, { onLost });
  await held.release();
  expect(readdirSync(folder).sort()).toEqual(['.lock-new-begun', '.lock-new-runs']);
});

test.each([
  ['long ago', new Date(0)],
  ['in the future', new Date(Date.now() + 1e9)],
])(
  'of another machine it is refused while its time changes, and taken over when it does not: %s',
  async (_, time) => {
    const file = foreign(elsewhere, time);
    const renewing = setInterval(() => {
      utimesSync(file, time, new Date(statSync(file).mtimeMs + 1000));
    }, 50);
    await expect(takeLock(lock, { onLost, patience: 300 })).rejects.toThrow('process 1 on elsewhere');
    clearInterval(renewing);
    const held = await takeLock(lock, { onLost, patience: 300 });
    await held.release();
  },
);

test.each([
  ['no JSON', () => foreign('{')],
  ['an owner of the wrong kind', () => foreign('{"pid":-1,"place":7}')],
  [
    'an empty folder',
    () => {
      mkdirSync(lock);
    },
  ],
  [
    'a file',
    () => {
      writeFileSync(lock, '');
    },
  ],
])('what is no lock of ours does not stand in the way for long: %s', async (_, make) => {
  make();
  const held = await takeLock(lock, { onLost, patience: 300 });
  await held.release();
  expect(existsSync(lock)).toBe(false);
});

test('a thread renews it while this one computes', async () => {
  const held = await takeLock(lock, { onLost });
  const renewed = () => statSync(path.join(lock, 'owner.json')).mtimeMs;
  await sleep(100);
  const before = renewed();
  const until = performance.now() + 1700;
  while (performance.now() < until);
  expect(renewed()).toBeGreaterThan(before);
  await held.release();
});

test('whoever has it hears when it is removed, and leaves the next owner’s alone', async () => {
  const lost = vi.fn();
  const held = await takeLock(lock, { onLost: lost });
  rmSync(lock, { recursive: true });
  await expect.poll(() => lost.mock.calls.length, { timeout: 5000 }).toBe(1);
  const next = await takeLock(lock, { onLost });
  await held.release();
  expect(existsSync(lock)).toBe(true);
  await next.release();
});

test('waiting ends when it is told to', async () => {
  const child = holder(60_000);
  await isHeld();
  const onWait = vi.fn();
  const waiting = takeLock(lock, { onLost, onWait, signal: AbortSignal.timeout(600) });
  await expect(waiting).rejects.toThrow(/aborted/);
  expect(onWait).toHaveBeenCalledOnce();
  child.kill('SIGKILL');
  await once(child, 'close');
});
