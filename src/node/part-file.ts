/**
 * A file under way: `NAME.part` holds the bytes that have come, `NAME.part.json` says of which version of
 * which address they are, so that a later process can go on, and never glues two versions together.
 */
import { open, readFile, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { storageError } from './file-storage.ts';
import { writeWhole } from './write-whole.ts';

/** What a server calls the version of a file that it sent. */
export interface PartOrigin {
  readonly url: string;
  /** A strong ETag, or a Last-Modified: what `If-Range` takes. */
  readonly validator: string;
}

const originSchema: z.ZodType<PartOrigin> = z.object({ url: z.string(), validator: z.string() });

/** The little of a file handle that a download needs; tests put a full disk in its place. */
export interface PartWriter {
  /** Writes all of the bytes. @param position in bytes from the beginning of the file */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Frees the handle. */
  close(): Promise<void>;
}

/** Opens a file for writing: anew (`w`), or where it is there (`r+`). */
export type OpenPart = (path: string, flags: 'w' | 'r+') => Promise<PartWriter>;

export const openPart: OpenPart = async (path, flags) => {
  const handle = await open(path, flags);
  return {
    async write(bytes, position) {
      // A nearly full disk takes a part of the bytes; only the next call says that it is full.
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    close: () => handle.close(),
  };
};

/** Bytes that have come so far. */
export async function partSize(part: string): Promise<number> {
  try {
    return (await stat(part)).size;
  } catch {
    return 0;
  }
}

/** Undefined when nothing is known of the part: it can only be begun anew. */
export async function readOrigin(part: string): Promise<PartOrigin | undefined> {
  try {
    return originSchema.parse(JSON.parse(await readFile(originPath(part), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Bytes from which the next fetch resumes: none where the server gave no version, since nothing can resume then. */
export async function resumableSize(part: string): Promise<number> {
  return (await readOrigin(part)) === undefined ? 0 : await partSize(part);
}

/** @param origin undefined when the server gave no version: then nothing is said of the part. */
export async function writeOrigin(part: string, origin: PartOrigin | undefined): Promise<void> {
  const path = originPath(part);
  try {
    if (origin) await writeWhole(path, JSON.stringify(origin));
    else await rm(path, { force: true });
  } catch (error) {
    throw storageError('write', path, error);
  }
}

export async function removePart(part: string): Promise<void> {
  try {
    await rm(part, { force: true });
    await rm(originPath(part), { force: true });
  } catch (error) {
    throw storageError('remove', part, error);
  }
}

const originPath = (part: string) => `${part}.json`;
