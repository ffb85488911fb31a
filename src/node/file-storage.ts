/**
 * A storage below a folder on disk. Every write is atomic: the content goes to a temporary file beside the
 * target, is flushed to the disk and renamed over it, so a reader or a crash sees the old content or the
 * new. A process killed in between leaves its temporary file `NAME.DIGITS` behind; it is never read, and the
 * next run removes it when it first writes NAME again.
 */
import { writeFileSync } from 'node:fs';
import { appendFile, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { messageOf } from '../message-of.ts';
import type { Storage } from '../storage/storage.ts';

/** The disk refused. The message says what was being done, to which path, why, and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError';

  /** @param code the system's name of the error, e.g. `ENOSPC`, or `OUTSIDE` for a path that leaves the root */
  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** write-file-atomic appends a 32-bit hash in decimal; one hash in 400,000 has fewer than five digits. */
const TEMPORARY_NAME = /^(?<target>.+)\.\d{5,10}$/;

/**
 * Stores below `root`, which is made on the first write. Every method throws StorageError when the path is
 * not relative with `/` between plain names (so nothing outside the root is touched, symbolic links that
 * the user put there aside), or when the disk refuses. One process at a time may write to a root.
 */
export class FileStorage implements Storage {
  readonly root: string;
  /** Per folder that has been written to: names of leftovers of earlier processes, by target name. */
  readonly #leftovers = new Map<string, Promise<Map<string, string[]>>>();

  constructor(root: string) {
    this.root = path.resolve(root);
  }

  async read(file: string): Promise<Uint8Array | undefined> {
    const target = this.#resolve(file);
    try {
      const { buffer, byteOffset, byteLength } = await readFile(target);
      return new Uint8Array(buffer, byteOffset, byteLength);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw storageError('read', target, error);
    }
  }

  /** The content must not be changed before the promise resolves. */
  async write(file: string, content: Uint8Array | string): Promise<void> {
    const target = this.#resolve(file);
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await this.#removeLeftovers(target);
      // write-file-atomic issues one write(2) and takes a short count, as a nearly full disk gives, for
      // success. So the content is written here, where a short write is continued until it fails; the
      // library then flushes and renames.
      await writeFileAtomic(target, '', {
        tmpfileCreated: (temporary) => {
          writeFileSync(temporary, content);
        },
      });
    } catch (error) {
      throw storageError('write', target, error);
    }
  }

  /** Reaches the disk with the next `flush`, or when the system sees fit; a killed process loses nothing. */
  async append(file: string, text: string): Promise<void> {
    const target = this.#resolve(file);
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await appendFile(target, text);
    } catch (error) {
      throw storageError('write', target, error);
    }
  }

  /** Waits until what was appended to a file would survive a power failure; silent when there is no file. */
  async flush(file: string): Promise<void> {
    const target = this.#resolve(file);
    try {
      const handle = await open(target, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw storageError('write', target, error);
    }
  }

  async remove(file: string): Promise<void> {
    const target = this.#resolve(file);
    try {
      await rm(target, { force: true });
    } catch (error) {
      throw storageError('remove', target, error);
    }
  }

  /** Sorted; `''` is the root. */
  async list(folder: string): Promise<string[]> {
    const target = folder === '' ? this.root : this.#resolve(folder);
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

  #resolve(file: string): string {
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
    return path.join(this.root, ...parts);
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
    const target = TEMPORARY_NAME.exec(name)?.groups?.['target'];
    if (target !== undefined) leftovers.set(target, [...(leftovers.get(target) ?? []), name]);
  }
  return leftovers;
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
}
