/** Folders that code may be loaded out of: only this user (or root) may be able to put something there. */
import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** Write permission of the group and of others. */
const writableByOthers = 0o022;
const sticky = 0o1000;

/** Why a file or folder is not safe to load code out of. */
export class UnsafePathError extends Error {
  override readonly name = 'UnsafePathError';
}

/**
 * Makes a folder that only this user can write to, or takes one that is there if it is this user's own.
 * @returns its path without symbolic links, which another user could turn elsewhere later
 * @throws UnsafePathError when it belongs to another user, or others could replace it
 */
export async function privateFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const real = await realpath(folder);
  await checkAncestors(real);
  await checkOwner(real);
  const { mode } = await stat(real);
  // What others have put there is theirs, and refused by `checkUntouched`.
  if ((mode & writableByOthers) !== 0) await chmod(real, mode & 0o777 & ~writableByOthers);
  return real;
}

/** @throws UnsafePathError when another user owns it or could have written to it, or it is a symbolic link */
export async function checkUntouched(...paths: readonly string[]): Promise<void> {
  for (const file of paths) {
    await checkOwner(file);
    const { mode } = await lstat(file);
    if ((mode & writableByOthers) !== 0) throw new UnsafePathError(`other users can write to ${file}`);
  }
}

async function checkOwner(file: string): Promise<void> {
  const info = await lstat(file);
  if (info.isSymbolicLink()) throw new UnsafePathError(`${file} is a symbolic link`);
  if (info.uid !== process.getuid?.())
    throw new UnsafePathError(`${file} belongs to another user (number ${String(info.uid)})`);
}

/** In a folder that all users can write to, any of them may replace another's folder, unless it has the sticky bit, as /tmp. */
async function checkAncestors(real: string): Promise<void> {
  for (let folder = path.dirname(real); ; folder = path.dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o002) !== 0 && (mode & sticky) === 0)
      throw new UnsafePathError(`${real} could be replaced: everybody can write to ${folder}`);
    if (folder === path.dirname(folder)) return;
  }
}
