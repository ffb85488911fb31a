/**
 * The folder of a gallery. What is made anew lies beside what the page shows until it is whole; then the page is exchanged, in
 * one write, and what it showed before is removed. `gallery.json` says at any moment which files are the gallery's.
 */
import { readdir } from 'node:fs/promises';
import {
  foldersOf,
  galleryRecordSchema,
  mostParts,
  pageFile,
  partFolder,
  recordFile,
  type GalleryPart,
  type GalleryRecord,
} from '../report/gallery/gallery-record.ts';
import { readJson, RunFolderError } from '../runs/read-files.ts';
import { withChecksum } from '../storage/checksum.ts';
import { version } from '../version.ts';
import { codeOf } from './error-code.ts';
import { storageError, type FileStorage } from './file-storage.ts';
import { temporaryName } from './write-whole.ts';

/** What a folder is for a gallery that is to be written there. */
export type GalleryState =
  | { readonly holds: 'nothing' }
  /** A gallery of ours; `whole` says whether it has its page. */
  | { readonly holds: 'gallery'; readonly record: GalleryRecord; readonly whole: boolean }
  /** Something else; the words say what, after the folder's name. */
  | { readonly holds: 'other'; readonly words: string };

/** Names in the folder that are neither a gallery's nor a user's files. */
const isOurOwn = (name: string): boolean => name.startsWith('.lock') || name.startsWith('.writable');

/** @throws StorageError where it cannot be read, or is no folder */
export async function galleryStateOf(storage: FileStorage): Promise<GalleryState> {
  const names = (await namesIn(storage.root)).filter((name) => !isOurOwn(name));
  try {
    const record = await readJson(storage, recordFile, galleryRecordSchema);
    if (record) return { holds: 'gallery', record, whole: names.includes(pageFile) };
  } catch (error) {
    if (!(error instanceof RunFolderError)) throw error;
    return { holds: 'other', words: `holds a ${recordFile} that cannot be read (${error.message})` };
  }
  const others = names.filter((name) => targetOf(name) !== recordFile);
  const [first] = others;
  return first === undefined
    ? { holds: 'nothing' }
    : { holds: 'other', words: `holds something that is not a gallery (${first})` };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw storageError('list', folder, error);
  }
}

/** The name of a file, or of that which a killed process was writing. */
const targetOf = (name: string): string => temporaryName.exec(name)?.groups?.['target'] ?? name;

/** A gallery that is being made. */
export class GalleryFolder {
  readonly #part: GalleryPart;

  /**
   * @param before of the gallery that is there
   * @param pictures most of each run
   */
  constructor(
    private readonly storage: FileStorage,
    private readonly before: GalleryRecord | undefined,
    pictures: readonly number[],
  ) {
    const numbers = this.#oldParts.map(({ number }) => number);
    this.#part = { number: 1 + (Math.max(0, ...numbers) % mostParts), runs: pictures };
  }

  /** Name of the folder beside the page that holds its files. */
  get part(): string {
    return partFolder(this.#part);
  }

  /** Says which files there will be, before there is any of them. */
  async begin(): Promise<void> {
    await this.#record([...this.#oldParts, this.#part]);
  }

  /** @param file path below the part */
  async write(file: string, content: Uint8Array | string): Promise<void> {
    await this.storage.write(`${this.part}/${file}`, content);
  }

  /** Exchanges the page, and removes what it showed before. */
  async finish(page: string): Promise<void> {
    await this.storage.write(pageFile, page);
    for (const part of this.#oldParts) await this.#remove(part);
    await this.#record([this.#part]);
  }

  /** Removes what was written: the folder is as it was. */
  async abandon(): Promise<void> {
    await this.#remove(this.#part);
    if (this.before) await this.#record(this.#oldParts);
    else await this.storage.remove(recordFile);
  }

  get #oldParts(): readonly GalleryPart[] {
    return this.before?.parts ?? [];
  }

  async #record(parts: readonly GalleryPart[]): Promise<void> {
    const record: GalleryRecord = { format: 1, kind: 'gallery', version, parts };
    await this.storage.write(recordFile, JSON.stringify(withChecksum(record)) + '\n');
  }

  async #remove(part: GalleryPart): Promise<void> {
    for (const { folder, isOurs } of foldersOf(part)) {
      for (const name of await this.storage.list(folder))
        if (isOurs(targetOf(name))) await this.storage.remove(`${folder}/${name}`);
      await this.storage.removeEmptyFolder(folder);
    }
  }
}
