/** A disk of its own that can be filled to the last page: a tmpfs, where root may mount one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export class SmallDisk {
  /** Where files are to be put. */
  readonly folder: string;
  /** Bytes that a file takes at least. */
  readonly grain: number;
  readonly #filler: string;

  private constructor(private readonly root: string) {
    this.folder = path.join(root, 'folder');
    this.#filler = path.join(root, 'filler');
    this.grain = statfsSync(root).bsize;
    mkdirSync(this.folder);
  }

  /** Undefined where nothing can be mounted. */
  static mount(bytes: number): SmallDisk | undefined {
    const root = mkdtempSync(path.join(tmpdir(), 'small-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(bytes)}`, 'tmpfs', root], {
        stdio: 'ignore',
      });
      return new SmallDisk(root);
    } catch {
      rmSync(root, { recursive: true, force: true });
      return undefined;
    }
  }

  /** Leaves so many bytes of room, in whole pages. */
  leave(bytes: number): void {
    this.free();
    const { bavail, bsize } = statfsSync(this.root);
    writeFileSync(this.#filler, new Uint8Array(Math.max(0, bavail * bsize - bytes)));
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', [this.root]);
    rmSync(this.root, { recursive: true, force: true });
  }
}
