/** A storage that refuses at a chosen moment, and one that remembers every moment. */
import { expect } from 'vitest';
import type { Checkpoint } from '../../../src/runs/evolution/checkpoint.ts';
import { withChecksum } from '../../../src/storage/checksum.ts';
import { previousOf } from '../../../src/storage/generations.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';

type Files = ReadonlyMap<string, Uint8Array>;

/** Another storage with the same files. */
export function copyOf(files: Files): MemoryStorage {
  const copy = new MemoryStorage();
  for (const [path, bytes] of files) copy.files.set(path, bytes);
  return copy;
}

export const textOf = (storage: MemoryStorage, path: string): string =>
  new TextDecoder().decode(storage.files.get(path));

/** Changes a checkpoint as whoever knows its checksum would, and takes away the one before. */
export async function editState(
  storage: MemoryStorage,
  path: string,
  change: (state: Checkpoint) => object,
): Promise<void> {
  const { checksum, ...state } = JSON.parse(textOf(storage, path)) as Checkpoint & {
    checksum: string;
  };
  expect(checksum).toMatch(/^[0-9a-f]{8}$/);
  await storage.write(path, JSON.stringify(withChecksum(change(state))));
  await storage.remove(previousOf(path));
}

/** Counts writes and appends, and refuses those that `fails` names, as a full disk does. */
export class FailingStorage extends MemoryStorage {
  readonly written: string[] = [];

  constructor(private readonly fails: (operation: number, path: string) => boolean) {
    super();
  }

  override write(path: string, content: Uint8Array | string): Promise<void> {
    return this.#fails(path) ? refusal(path) : super.write(path, content);
  }

  /** A full disk takes part of what is appended. */
  override append(path: string, text: string): Promise<void> {
    const failed = this.#fails(path);
    const taken = failed ? text.slice(0, text.length / 2) : text;
    this.files.set(path, new TextEncoder().encode(textOf(this, path) + taken));
    return failed ? refusal(path) : Promise.resolve();
  }

  #fails(path: string): boolean {
    this.written.push(path);
    return this.fails(this.written.length - 1, path);
  }
}

const refusal = (path: string): Promise<never> => Promise.reject(new Error(`no space left for ${path}`));

/** Keeps a copy of all files after every operation: what a process killed there would leave. */
export class RecordingStorage extends MemoryStorage {
  readonly moments: Files[] = [];

  override async write(path: string, content: Uint8Array | string): Promise<void> {
    await super.write(path, content);
    this.moments.push(new Map(this.files));
  }

  override async move(from: string, to: string): Promise<void> {
    const there = this.files.has(from);
    await super.move(from, to);
    if (there) this.moments.push(new Map(this.files));
  }

  override async remove(path: string): Promise<void> {
    const there = this.files.has(path);
    await super.remove(path);
    if (there) this.moments.push(new Map(this.files));
  }
}
