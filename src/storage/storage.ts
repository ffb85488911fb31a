/**
 * What the core needs of a file system: a flat set of named byte strings below one folder.
 * Paths are relative, with `/` between parts. A browser may back it with OPFS, a test with a map.
 */
export interface Storage {
  /** The bytes, or undefined when nothing has that name. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Replaces atomically: a reader (or a crash) sees the old content or the new, never a mixture. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Adds to the end of a text file, making it when absent. */
  append(path: string, text: string): Promise<void>;
  /** Gives a file another name, in place of what has it; silent when there is no such file. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file; silent when there is none. */
  remove(path: string): Promise<void>;
  /** Names of the files directly in a folder; empty when there is no such folder. */
  list(folder: string): Promise<string[]>;
}

/** A storage in memory, for tests and for hosts without a disk. */
export class MemoryStorage implements Storage {
  readonly files = new Map<string, Uint8Array>();

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.files.get(path));
  }

  write(path: string, content: Uint8Array | string): Promise<void> {
    this.files.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content.slice());
    return Promise.resolve();
  }

  async append(path: string, text: string): Promise<void> {
    const before = new TextDecoder().decode((await this.read(path)) ?? new Uint8Array());
    await this.write(path, before + text);
  }

  move(from: string, to: string): Promise<void> {
    const content = this.files.get(from);
    if (content) {
      this.files.set(to, content);
      this.files.delete(from);
    }
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.files.delete(path);
    return Promise.resolve();
  }

  list(folder: string): Promise<string[]> {
    const prefix = folder === '' ? '' : `${folder}/`;
    const names = [...this.files.keys()].filter((name) => name.startsWith(prefix));
    return Promise.resolve(
      names
        .map((name) => name.slice(prefix.length))
        .filter((name) => !name.includes('/'))
        .sort(),
    );
  }
}
