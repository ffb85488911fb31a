/** One result in one file. */
import { mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageError } from './file-storage.ts';
import { writeWhole } from './write-whole.ts';

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
    // A link that the user has put there stays, and leads to the new content.
    await writeWhole(await realpath(path).catch(() => path), content);
  } catch (error) {
    throw storageError('write', path, error);
  }
}
