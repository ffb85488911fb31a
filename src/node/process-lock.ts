/**
 * One process at a time. A lock is a folder with a file that says who made it: it appears whole, by a rename that fails
 * where another one is, and goes whole, by a rename too: what is removed piece by piece may be the next owner's in
 * between. That of a process that has ended is taken over at once; where its process is of another machine
 * or container, its file tells by its time: a thread of the owner's renews it, however long the owner computes.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { codeOf } from './error-code.ts';
import { ownIdentity, processIdentitySchema, stateOf, type ProcessIdentity } from './process-identity.ts';

/** Milliseconds between two signs of life. */
const renewal = 1000;

const ownerFile = 'owner.json';
const ownerSchema = z.intersection(processIdentitySchema, z.object({ id: z.uuid() }));

/** Another process holds the lock. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

export interface LockOptions {
  /** Called once when another process holds it; it is waited for. Without it, it is refused with a LockedError. */
  readonly onWait?: () => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called when the lock was removed, or the folder that holds it was moved. */
  readonly onLost: () => void;
  /** Milliseconds without a sign of life after which a process of another machine counts as gone. */
  readonly patience?: number;
}

export interface Lock {
  release(): Promise<void>;
}

/**
 * @param lock a path in a folder that exists; other names that begin with it belong to the lock too
 * @throws LockedError, an AbortError, or what the disk says
 */
export async function takeLock(
  lock: string,
  { onWait, signal, onLost, patience = 6 * renewal }: LockOptions,
): Promise<Lock> {
  const owner = { ...ownIdentity(), id: randomUUID() };
  const watch = new Watch(lock, patience);
  for (let waiting = false; !(await appears(lock, owner));) {
    const holder = await watch.look();
    if (holder.state === 'gone') {
      setAside(lock, holder.id);
      continue;
    }
    if (holder.state === 'runs' && !onWait) throw new LockedError(holder.words);
    if (!waiting) onWait?.();
    waiting = true;
    await sleep(renewal / 4, undefined, { ...(signal && { signal }) });
  }
  return hold(lock, owner.id, { onLost, patience });
}

async function hold(
  lock: string,
  id: string,
  { onLost, patience }: Required<Pick<LockOptions, 'onLost' | 'patience'>>,
): Promise<Lock> {
  const file = path.join(lock, ownerFile);
  const renewing = new Worker(renewEver, { eval: true, workerData: { file, id, renewal } });
  renewing.unref();
  renewing.on('message', onLost);
  renewing.on('error', onLost);
  const remove = () => {
    setAside(lock, id);
    rmSync(besides(lock, id), { recursive: true, force: true });
  };
  process.on('exit', remove);
  await tidy(lock, patience);
  return {
    release: async () => {
      process.off('exit', remove);
      renewing.removeAllListeners();
      await renewing.terminate();
      remove();
    },
  };
}

/** A thread's whole program: plain JavaScript, since it is no file of the build. */
const renewEver = `
  const { readFileSync, utimesSync } = require('node:fs');
  const { parentPort, workerData: { file, id, renewal } } = require('node:worker_threads');
  const timer = setInterval(() => {
    try {
      if (JSON.parse(readFileSync(file, 'utf8')).id !== id) throw new Error('another process holds it');
      const now = new Date();
      utimesSync(file, now, now);
    } catch (error) {
      clearInterval(timer);
      parentPort.postMessage(String(error));
    }
  }, renewal);
`;

/**
 * Whether a rename found that another process was first. ENOENT: the process that has just taken the lock has tidied up. EPERM: so
 * Windows says that the place is taken.
 */
const isOutrun = (error: unknown): boolean =>
  ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM', 'ENOENT'].includes(codeOf(error));

/** @returns whether the lock is ours now */
async function appears(lock: string, owner: ProcessIdentity & { readonly id: string }): Promise<boolean> {
  const whole = await mkdtemp(`${lock}-new-`);
  try {
    await writeFile(path.join(whole, ownerFile), JSON.stringify(owner), { flush: true });
    await rename(whole, lock);
    return true;
  } catch (error) {
    await rm(whole, { recursive: true, force: true });
    if (isOutrun(error)) return false;
    throw error;
  }
}

interface Holder {
  readonly state: 'runs' | 'gone' | 'unknown';
  /** Undefined where the lock does not say whose it is. */
  readonly id: string | undefined;
  readonly words: string;
}

/** Looks at the lock again and again: of a process elsewhere only a change shows that it runs. */
class Watch {
  #sign: string | undefined;
  #since = 0;

  constructor(
    private readonly lock: string,
    private readonly patience: number,
  ) {}

  async look(): Promise<Holder> {
    const owner = ownerOf(this.lock);
    const words = owner ? describe(owner) : 'it does not say which';
    const id = owner?.id;
    const state = owner ? stateOf(owner) : 'unknown';
    if (state !== 'unknown') return { state, id, words };
    const sign = `${owner?.id ?? ''} ${String(await renewedAt(this.lock))}`;
    const now = performance.now();
    if (sign !== this.#sign) {
      // The first look says nothing yet; a change does.
      const changed = this.#sign !== undefined;
      this.#sign = sign;
      this.#since = now;
      return { state: changed ? 'runs' : 'unknown', id, words };
    }
    return { state: now - this.#since > this.patience ? 'gone' : 'unknown', id, words };
  }
}

function ownerOf(lock: string) {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path.join(lock, ownerFile), 'utf8')));
  } catch {
    return undefined;
  }
}

const describe = ({ pid, place }: ProcessIdentity): string =>
  `process ${String(pid)}${place === ownIdentity().place ? '' : ` on ${place.split(' ')[0] ?? ''}`}`;

/** Undefined where there is no sign, as in a lock that something else has made. */
const renewedAt = (lock: string): Promise<number | undefined> =>
  stat(path.join(lock, ownerFile)).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );

/** Where the lock of an owner is set aside to. */
const besides = (lock: string, id: string | undefined): string => `${lock}-gone-${id ?? 'nobody'}`;

/**
 * Takes the lock away whole, if it is still that owner's. Nothing is waited for between looking and taking; where another
 * process has done all of it and a third has taken the lock within that moment, the third's lock is put back.
 *
 * @param id undefined: of one that does not say whose it is
 */
function setAside(lock: string, id: string | undefined): void {
  if (ownerOf(lock)?.id !== id) return;
  const aside = besides(lock, id);
  try {
    if (id === undefined) rmSync(aside, { recursive: true, force: true });
    renameSync(lock, aside);
    if (ownerOf(aside)?.id !== id) renameSync(aside, lock);
  } catch (error) {
    if (!isOutrun(error)) throw error;
  }
}

/**
 * Removes what was set aside, and what processes have left that were killed while they took the lock. What cannot be
 * removed is left to the next owner.
 */
async function tidy(lock: string, patience: number): Promise<void> {
  const folder = path.dirname(lock);
  const begins = (name: string, kind: string) => name.startsWith(`${path.basename(lock)}-${kind}-`);
  const now = (await renewedAt(lock)) ?? 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const left = path.join(folder, name);
    if (begins(name, 'gone') || (begins(name, 'new') && (await isLeft(left, now - patience))))
      await rm(left, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** @param before milliseconds: what is older than that, by the disk's own clock, is not being made any more */
async function isLeft(unfinished: string, before: number): Promise<boolean> {
  const owner = ownerOf(unfinished);
  const state = owner ? stateOf(owner) : 'unknown';
  if (state !== 'unknown') return state === 'gone';
  return stat(unfinished).then(
    ({ mtimeMs }) => mtimeMs < before,
    () => false,
  );
}
