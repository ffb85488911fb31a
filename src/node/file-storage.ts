/**
 * A storage below a folder on disk. Every write is atomic (see `writeWhole`). A process killed in between leaves a
 * temporary file `NAME.DIGITS` behind; it is never read, and the next run removes it when it first writes NAME again.
 *
 * Other users may have put links into the folder: nothing is written or removed through one.
 */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../util/message-of.ts';
import type { Storage } from '../storage/storage.ts';
import { codeOf } from './error-code.ts';
import { readRegular } from './read-regular.ts';
import { temporaryName, writeWhole } from './write-whole.ts';

/** The disk refused. The message says what was being done, to which path, why, and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  /**
   * @param code the system's name of the error, e.g. `ENOSPC`; or `OUTSIDE` for a path that leaves the root, `LINK` for one
   * that leads through a link, `GONE` where the root is another folder than before, `IRREGULAR` for what is no file
   */
  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Stores below `root`, which is made on the first write. Every method throws StorageError when the path is
 * not relative with `/` between plain names, so that nothing outside the root is touched, or when the disk
 * refuses. One process at a time may write to a root.
 */
export class FileStorage implements Storage {
  readonly root: string;
  /** The folder itself, from the first write on. */
  #identity: string | undefined;
  /** Per folder that has been written to: names of leftovers of earlier processes, by target name. */
  readonly #leftovers = new Map<string, Promise<Map<string, string[]>>>();

  /** @param identity of the folder that it must be, as another thread's storage has found it */
  constructor(root: string, identity?: string) {
    this.root = path.resolve(root);
    this.#identity = identity;
  }

  /** By which a folder that was moved away and made anew is told from the one that was written to; undefined before. */
  get identity(): string | undefined {
    return this.#identity;
  }

  async read(file: string): Promise<Uint8Array | undefined> {
    const target = path.join(this.root, ...this.#parts(file));
    try {
      return await readRegular(target);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw storageError('read', target, error);
    }
  }

  /** The content must not be changed before the promise resolves. */
  async write(file: string, content: Uint8Array | string): Promise<void> {
    await this.#changing('write', file, async (target) => {
      await this.#removeLeftovers(target);
      await writeWhole(target, content);
    });
  }

  /** Reaches the disk with the next `flush`, or when the system sees fit; a killed process loses nothing. */
  async append(file: string, text: string): Promise<void> {
    await this.#changing('write', file, async (target) => {
      const handle = await openItself(target, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
      try {
        await handle.appendFile(text);
      } finally {
        await handle.close();
      }
    });
  }

  /** Waits until what was appended to a file would survive a power failure; silent when there is no file. */
  async flush(file: string): Promise<void> {
    const target = path.join(this.root, ...this.#parts(file));
    try {
      const handle = await openItself(target, constants.O_RDWR);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw storageError('write', target, error);
    }
  }

  async move(from: string, to: string): Promise<void> {
    const source = path.join(this.root, ...this.#parts(from));
    await this.#changing('write', to, async (target) => {
      await rename(source, target).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      });
    });
  }

  async remove(file: string): Promise<void> {
    const parts = this.#parts(file);
    const target = path.join(this.root, ...parts);
    try {
      await checkFolders(this.root, parts.slice(0, -1));
      await rm(target, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw storageError('remove', target, error);
    }
  }

  /** Removes a folder where it is empty; silent when it is not there or holds something. */
  async removeEmptyFolder(folder: string): Promise<void> {
    const parts = this.#parts(folder);
    const target = path.join(this.root, ...parts);
    try {
      await checkFolders(this.root, parts);
      await rmdir(target);
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error)))
        throw storageError('remove', target, error);
    }
  }

  /** @throws StorageError where one of these names below the root is a link: what was to be written there would be refused later */
  async checkForLinks(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const target = path.join(this.root, name);
      const info = await lstat(target).catch(() => undefined);
      if (info?.isSymbolicLink() === true) throw storageError('write', target, linkThere());
    }
  }

  /** Sorted; `''` is the root. */
  async list(folder: string): Promise<string[]> {
    const target = path.join(this.root, ...(folder === '' ? [] : this.#parts(folder)));
    try {
      const entries = await readdir(target, { withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw storageError('list', target, error);
    }
  }

  /** Calls with the path of a file whose folders are there then. */
  async #changing(action: Action, file: string, change: (target: string) => Promise<void>): Promise<void> {
    const parts = this.#parts(file);
    const target = path.join(this.root, ...parts);
    try {
      await this.#enterRoot();
      await makeFolders(this.root, parts.slice(0, -1));
      await change(target);
    } catch (error) {
      throw storageError(action, target, error);
    }
  }

  /** Makes the root once; what disappears later must not come back as half a run. */
  async #enterRoot(): Promise<void> {
    if (this.#identity === undefined) await mkdir(this.root, { recursive: true });
    const identity = await stat(this.root, { bigint: true }).then(
      ({ dev, ino }) => `${String(dev)}:${String(ino)}`,
      (error: unknown) => {
        if (codeOf(error) === 'ENOENT') return 'nothing';
        throw error;
      },
    );
    this.#identity ??= identity;
    if (identity !== this.#identity) throw Object.assign(new Error(), { code: 'GONE' });
  }

  #parts(file: string): string[] {
    const parts = file.split('/');
    // A backslash or colon separates parts or names a drive on Windows only; refused everywhere, so that a
    // run folder can move between systems.
    const isPlain = parts.every((part) => !['', '.', '..'].includes(part) && !/[\\:\0]/.test(part));
    if (!isPlain) {
      throw new StorageError(
        `"${file}" is not a path below ${this.root}: give names with / between them, without . or ..`,
        'OUTSIDE',
      );
    }
    return parts;
  }

  /** Removes what a killed process left of earlier attempts to write this very file. */
  async #removeLeftovers(target: string): Promise<void> {
    const folder = path.dirname(target);
    const name = path.basename(target);
    let finding = this.#leftovers.get(folder);
    if (finding === undefined) {
      finding = findLeftovers(folder);
      this.#leftovers.set(folder, finding);
    }
    const leftovers = await finding;
    const ours = leftovers.get(name) ?? [];
    leftovers.delete(name);
    await Promise.all(ours.map((leftover) => rm(path.join(folder, leftover), { force: true })));
  }
}

async function findLeftovers(folder: string): Promise<Map<string, string[]>> {
  const leftovers = new Map<string, string[]>();
  // A folder may be writable but not readable; then the leftovers stay, which harms nothing.
  for (const name of await readdir(folder).catch(() => [])) {
    const target = temporaryName.exec(name)?.groups?.['target'];
    if (target !== undefined) leftovers.set(target, [...(leftovers.get(target) ?? []), name]);
  }
  return leftovers;
}

/** A file itself, and not what a link in its place leads to. */
const openItself = (target: string, flags: number) => open(target, flags | constants.O_NOFOLLOW, 0o666);

/** Makes folders below a root, one in the other. */
async function makeFolders(root: string, names: readonly string[]): Promise<void> {
  for (let depth = 1; depth <= names.length; depth++) {
    await mkdir(path.join(root, ...names.slice(0, depth))).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await checkFolders(root, names.slice(0, depth));
  }
}

const linkThere = (): Error => Object.assign(new Error(), { code: 'LINK' });

async function checkFolders(root: string, names: readonly string[]): Promise<void> {
  for (let depth = 1; depth <= names.length; depth++) {
    const info = await lstat(path.join(root, ...names.slice(0, depth)));
    if (info.isSymbolicLink()) throw linkThere();
    if (!info.isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  }
}

type Action = 'read' | 'write' | 'remove' | 'list';

/** What to do about the errors that a user can do something about. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: choose another folder or change its permissions',
  EPERM: 'permission denied: choose another folder or change its permissions',
  EROFS: 'the file system is read-only: choose another folder',
  ENOSPC: 'the disk is full: free some space and resume, or choose another disk',
  EDQUOT: 'your disk quota is used up: free some space and resume, or choose another disk',
  EFBIG: 'the file would exceed the size limit of the file system or of this process (ulimit -f)',
  ENOTDIR: 'a part of the path is a file, not a folder: choose another folder',
  EEXIST: 'a part of the path is a file, not a folder: choose another folder',
  EISDIR: 'it is a folder, not a file: move it away',
  LINK: 'a link is there or on the way, and nothing is written or removed through one: remove the link',
  ELOOP: 'a link is there, and nothing is written through one: remove the link',
  GONE: 'the folder was moved or removed since the first write to it: what it held is whole wherever it is now',
  ENAMETOOLONG: 'the name is too long: choose a shorter folder',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
};

/** Turns an error of node:fs into one for people. */
export function storageError(action: Action, target: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const code = codeOf(cause);
  const why = ADVICE[code] ?? messageOf(cause);
  return new StorageError(`cannot ${action} ${target}: ${why}`, code, { cause });
}
