/** One process at a time writes to a run folder, or to a file that takes long. */
import { join } from 'node:path';
import { storageError, type FileStorage } from '../node/file-storage.ts';
import { LockedError, takeLock, type Lock } from '../node/process-lock.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** A folder that is written to. */
export interface LockedFolder {
  /** Names in it that must not be links. */
  readonly written: readonly string[];
  /** The message where another process removes the lock, before this one ends. */
  readonly lost: string;
}

/** Of a run or an experiment: folders, and the one file that is appended to. Going on could mix two runs, or begin a second folder; the checkpoint is whole. */
const runFolder = (folder: string): LockedFolder => ({
  written: [
    ...['images', 'genomes', 'checkpoint', 'frames', 'trials', 'animations', 'progress.jsonl'],
    ...['runs', 'steps', 'figures'],
  ],
  lost: `${folder} was moved, removed or emptied while this run wrote to it: go on with --resume where it is now`,
});

/**
 * Two processes in one folder would overwrite each other. The lock lies inside: a folder that is mounted has no other
 * place for it.
 */
export async function lockFolder(
  folder: string,
  storage: FileStorage,
  terminal: Terminal,
  what: LockedFolder = runFolder(folder),
): Promise<Lock> {
  // Known before hours of work rather than at the first save.
  await storage.checkForLinks(what.written);
  // Makes the folder, and says early when it cannot be written.
  await storage.write('.writable', '');
  await storage.remove('.writable');
  return lockPath(join(folder, '.lock'), folder, what.lost, terminal);
}

/**
 * @param lock path of the lock, in a folder that exists
 * @param what is written to under it, for messages
 * @param lost the message where another process removes the lock, before this one ends
 * @throws UsageError where another process holds it, StorageError
 */
export async function lockPath(lock: string, what: string, lost: string, terminal: Terminal): Promise<Lock> {
  const onLost = () => {
    terminal.fail(lost);
    process.exit(1);
  };
  try {
    return await takeLock(lock, { onLost });
  } catch (error) {
    if (error instanceof LockedError)
      throw new UsageError(
        `another process is writing to ${what} (${error.message}): wait for it or choose another --out`,
      );
    throw storageError('write', lock, error);
  }
}
