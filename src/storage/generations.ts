/** Checkpoints in two generations: where the newer one is damaged, or was never finished, there is one before it. */
import type { Storage } from './storage.ts';

/** `checkpoint/state.json` → `checkpoint/state.previous.json` */
export const previousOf = (path: string): string => path.replace(/(?=\.\w+$)/, '.previous');

/**
 * For a run that resumes from the older generation since the newer one is damaged: it would take the older one's place at the
 * next write.
 */
export async function dropDamaged(storage: Storage, path: string, taken: Generation<unknown>): Promise<void> {
  if (taken.problem !== undefined) await storage.remove(path);
}

/** What was the newest becomes the one before. Where writing fails, that one is there still. */
export async function writeGeneration(storage: Storage, path: string, text: string): Promise<void> {
  await storage.move(path, previousOf(path));
  await storage.write(path, text);
}

export interface Generation<T> {
  readonly record: T;
  /** Where it was found. */
  readonly path: string;
  /** Why the newer one was passed over. */
  readonly problem?: string;
}

/**
 * The newest generation that can be read.
 * @param parse throws for a record that is damaged
 * @throws what `parse` throws of the newer one where there is no older one, or that is damaged too
 */
export async function readGeneration<T>(
  storage: Storage,
  path: string,
  parse: (text: string, path: string) => T,
): Promise<Generation<T> | undefined> {
  let damage: Error | undefined;
  for (const candidate of [path, previousOf(path)]) {
    const bytes = await storage.read(candidate);
    if (!bytes) continue;
    try {
      const record = parse(new TextDecoder().decode(bytes), candidate);
      return { record, path: candidate, ...(damage && { problem: damage.message }) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      damage ??= error;
    }
  }
  if (damage) throw damage;
  return undefined;
}
