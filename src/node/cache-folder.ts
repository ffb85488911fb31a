/** Where this program keeps what it can make or fetch again. */
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';

const name = 'easily-fooled';

/**
 * The user's cache folder for this program, which need not exist: what the system's conventions say, with or without
 * `HOME`; a temporary folder of the user's own where the system knows no home of theirs.
 */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local = '' } = process.env;
  if (process.platform === 'darwin') return below(home(), 'Library', 'Caches', name);
  if (process.platform === 'win32')
    return path.isAbsolute(local)
      ? path.join(local, name, 'Cache')
      : below(home(), 'AppData', 'Local', name, 'Cache');
  // A relative path is to be ignored, says the XDG Base Directory Specification.
  return path.isAbsolute(xdg) ? path.join(xdg, name) : below(home(), '.cache', name);
}

/** A folder for this user below the system's temporary one; another user may have made it. */
export function temporaryFolder(): string {
  return path.join(tmpdir(), `${name}-${String(process.getuid?.() ?? 'user')}`);
}

const below = (folder: string | undefined, ...parts: string[]): string =>
  folder === undefined ? temporaryFolder() : path.join(folder, ...parts);

/** `HOME` may be unset or empty, and a container's user need not be in the system's list of users. */
function home(): string | undefined {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const folder = ask();
      if (path.isAbsolute(folder)) return folder;
    } catch {
      // The system knows no home of this user.
    }
  }
  return undefined;
}
