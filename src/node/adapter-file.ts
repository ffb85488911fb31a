/** Files of the cache that hold what was measured on one adapter. */
import type { z } from 'zod';
import { sha256Of } from './sha256.ts';

export const hashOf = (text: string): string => sha256Of(new TextEncoder().encode(text));

/** Name of a file for an adapter, and for whatever else tells it from its like. */
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
