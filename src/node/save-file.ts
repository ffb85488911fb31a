/** One result in one file. */
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { storageError } from './file-storage.ts';

/**
 * Makes the folder of a file: a path that cannot be written should be known before an hour of work.
 * @throws StorageError
 */
export async function makeFolderOf(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw storageError('write', path, error);
  }
}

/** Writes a file whole or not at all, making its folder. @throws StorageError */
export async function saveFile(path: string, content: Uint8Array): Promise<void> {
  await makeFolderOf(path);
  try {
    // The library takes a short count, as a nearly full disk gives, for success; see FileStorage.
    await writeFileAtomic(path, '', {
      tmpfileCreated: (temporary) => {
        writeFileSync(temporary, content);
      },
    });
  } catch (error) {
    throw storageError('write', path, error);
  }
}
