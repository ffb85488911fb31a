/** Rights of folders are Unix's. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkUntouched, privateFolder, UnsafePathError } from '../../src/node/private-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'easily-fooled-private-'));
const at = (...parts: string[]) => join(root, ...parts);
const modeOf = (path: string) => statSync(path).mode & 0o777;

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A folder of somebody else's: root can give one away, others find root's. */
function foreignFolder(): string {
  if (process.getuid?.() !== 0) return '/usr';
  mkdirSync(at('foreign'), { recursive: true });
  chownSync(at('foreign'), 65534, 65534);
  return at('foreign');
}

describe.runIf(process.platform !== 'win32')('a folder to load code out of', () => {
  it('is made for its user alone, with the folders above it', async () => {
    await privateFolder(at('new', 'inner'));
    expect(modeOf(at('new', 'inner'))).toBe(0o700);
  });

  it('is closed to others when it was open to them', async () => {
    mkdirSync(at('open'));
    chmodSync(at('open'), 0o775);
    await privateFolder(at('open'));
    expect(modeOf(at('open'))).toBe(0o755);
  });

  it('is found behind a symbolic link, under its own name', async () => {
    mkdirSync(at('behind'));
    symlinkSync(at('behind'), at('link'));
    expect(await privateFolder(at('link'))).toBe(await privateFolder(at('behind')));
  });

  it('is refused when it is another user’s, behind a link too', async () => {
    symlinkSync(foreignFolder(), at('link-to-foreign'));
    for (const folder of [foreignFolder(), at('link-to-foreign')])
      await expect(privateFolder(folder)).rejects.toThrow(/belongs to another user/);
  });

  it('is refused when everybody could put another in its place', async () => {
    mkdirSync(at('everybody'));
    chmodSync(at('everybody'), 0o777);
    await expect(privateFolder(at('everybody', 'mine'))).rejects.toThrow(UnsafePathError);
    // As /tmp is: everybody may add, nobody may replace.
    chmodSync(at('everybody'), 0o1777);
    await privateFolder(at('everybody', 'mine'));
  });
});

describe.runIf(process.platform !== 'win32')('a file to load code out of', () => {
  it('is refused when others can write to it, it is a link or another user’s', async () => {
    writeFileSync(at('library'), '');
    chmodSync(at('library'), 0o755);
    await checkUntouched(at('library'));
    chmodSync(at('library'), 0o775);
    await expect(checkUntouched(at('library'))).rejects.toThrow(/other users can write to/);
    symlinkSync(at('library'), at('linked-library'));
    await expect(checkUntouched(at('linked-library'))).rejects.toThrow(/symbolic link/);
    await expect(checkUntouched(foreignFolder())).rejects.toThrow(/belongs to another user/);
  });
});
