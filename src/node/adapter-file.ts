/** Files of the cache that hold what was measured on one adapter. */
import type { z } from 'zod';
import { messageOf } from '../util/message-of.ts';
import type { Storage } from '../storage/storage.ts';
import { sha256Of } from './sha256.ts';

export const hashOf = (text: string): string => sha256Of(new TextEncoder().encode(text));

/** Name of a file for an adapter, and for what else tells it from others of its kind. */
export function adapterFileOf(...identity: readonly [name: string, ...string[]]): string {
  const plain = identity[0].toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `${plain}-${hashOf(JSON.stringify(identity)).slice(0, 12)}.json`;
}

/**
 * @param what the file is of, for the answer where it is not
 * @returns what is wrong with it, in a few words
 */
export function parseKept<T>(bytes: Uint8Array | undefined, schema: z.ZodType<T>, what: string): T | string {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'it is no JSON';
  }
  return schema.safeParse(content).data ?? `it is no file of ${what}`;
}

/** Names that `adapterFileOf` gives. */
const ownFile = /^[a-z0-9-]*-[0-9a-f]{12}\.json$/;

/**
 * What is kept of any adapter: the files of a folder, each with what is in it.
 * @param parse as `parseKept`
 * @returns `problem` in place of the rest where a file cannot be read, in a few words
 * @throws StorageError where the folder cannot be read
 */
export async function listKept<T extends object>(
  storage: Storage,
  parse: (bytes: Uint8Array | undefined) => T | string,
): Promise<({ readonly file: string } & (T | { readonly problem: string }))[]> {
  const files = (await storage.list('')).filter((name) => ownFile.test(name)).sort();
  return Promise.all(
    files.map(async (file) => {
      const content = await storage.read(file).then(parse, messageOf);
      return typeof content === 'string' ? { file, problem: content } : { file, ...content };
    }),
  );
}
