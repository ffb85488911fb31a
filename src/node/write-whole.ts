/** The one way in which a file of ours comes to be: whole, or not at all. */
import { randomInt } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** What a process killed while writing leaves beside its target: `NAME.DIGITS`. */
export const temporaryName = /^(?<target>.+)\.\d{5,10}$/;

/**
 * Writes a temporary file beside the target, until every byte is on the disk, and renames it over the target: a reader, a
 * crash or a power failure sees the old content or the new. A link in the target's place is replaced, not followed.
 * @throws what node:fs throws; the old content is there still
 */
export async function writeWhole(target: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${target}.${String(randomInt(1e9, 1e10))}`;
  try {
    const handle = await open(temporary, 'wx', await modeOf(target));
    try {
      // Continues where the disk took less than it was given, until it has all or says why not.
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(path.dirname(target));
}

/** Paths of what killed processes have left beside a target. */
export async function leftoversOf(target: string): Promise<string[]> {
  const [folder, name] = [path.dirname(target), path.basename(target)];
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((one) => temporaryName.exec(one)?.groups?.['target'] === name)
    .map((one) => path.join(folder, one));
}

/** Permissions that the file has, which a replaced one keeps. */
async function modeOf(target: string): Promise<number> {
  const there = await stat(target).catch(() => undefined);
  return there?.isFile() === true ? there.mode & 0o777 : 0o666;
}

/** Without it, a power failure may undo a rename. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows opens no folders, and some file systems flush none; the file itself is whole.
  }
}
