/** One process at a time writes to a run folder. */
import { lock } from 'proper-lockfile';
import { messageOf } from '../message-of.ts';
import { storageError, type FileStorage } from '../node/file-storage.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Two processes in one folder would overwrite each other; a killed one's lock goes stale within seconds. */
export async function lockFolder(
  folder: string,
  storage: FileStorage,
  terminal: Terminal,
): Promise<() => Promise<void>> {
  // Makes the folder, and says early when it cannot be written.
  await storage.write('.writable', '');
  await storage.remove('.writable');
  try {
    return await lock(folder, {
      stale: 5000,
      update: 1000,
      retries: { retries: 14, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: ({ message }) => {
        // Going on could mix two runs; the checkpoint on disk is whole.
        terminal.fail(`the lock of ${folder} was lost (${message}); go on with --resume`);
        process.exit(1);
      },
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) {
      throw storageError('write', `${folder}.lock`, error);
    }
    throw new UsageError(
      `another process is writing to ${folder} (${messageOf(error)}): wait for it or choose another --out`,
    );
  }
}
