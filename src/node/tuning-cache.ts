/**
 * What tuning found on this machine, a file per adapter and driver in the user's cache. It holds for the kernels that were
 * measured: those of another version of the engine are measured afresh.
 */
import path from 'node:path';
import { z } from 'zod';
import type { AdapterDescription } from '../gpu/device.ts';
import type { ChoiceTable } from '../gpu/tuning.ts';
import { familiesText } from '../kernels/families.ts';
import { messageOf } from '../message-of.ts';
import type { Storage } from '../storage/storage.ts';
import { cacheFolder } from './cache-folder.ts';
import { FileStorage } from './file-storage.ts';
import { sha256Of } from './sha256.ts';

/** What a file of choices is about. */
interface TuningIdentity {
  readonly adapter: string;
  /** The driver's own words, with its version. */
  readonly driver: string;
  /** SHA-256 of the shaders and variants. */
  readonly kernels: string;
}

interface TuningFile extends TuningIdentity {
  readonly format: 1;
  readonly choices: ChoiceTable;
}

const tuningFile: z.ZodType<TuningFile> = z.object({
  format: z.literal(1),
  adapter: z.string(),
  driver: z.string(),
  kernels: z.string(),
  choices: z.record(z.string(), z.string()),
});

/** The folder, unless `FOOL_TUNING_FOLDER` names another. */
export function tuningFolder(): string {
  const named = process.env['FOOL_TUNING_FOLDER'];
  return named ?? path.join(cacheFolder(), 'tuning');
}

export const tuningStorage = (): Storage => new FileStorage(tuningFolder());

/** Name of an adapter's file below the folder. */
export function tuningFileOf(adapter: Pick<AdapterDescription, 'name' | 'description'>): string {
  const { adapter: name, driver } = identityOf(adapter);
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `${plain}-${hashOf(JSON.stringify([name, driver])).slice(0, 12)}.json`;
}

/** What there is of an adapter's choices. */
export interface TunedChoices {
  /** Undefined where nothing was tuned, or where it cannot be used. */
  readonly choices: ChoiceTable | undefined;
  /** Why a file that is there is not used, in a sentence. */
  readonly problem?: string;
}

/** Never throws: what cannot be read counts as not tuned, and says so. */
export async function readTuned(
  adapter: Pick<AdapterDescription, 'name' | 'description'>,
  storage: Storage = tuningStorage(),
): Promise<TunedChoices> {
  const file = tuningFileOf(adapter);
  const ignored = (why: string): TunedChoices => ({
    choices: undefined,
    problem: `the tuned choices in ${file} are not used: ${why}; --tune measures them afresh`,
  });
  let content: unknown;
  try {
    const bytes = await storage.read(file);
    if (!bytes) return { choices: undefined };
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return ignored(
      error instanceof SyntaxError || error instanceof TypeError ? 'it is no JSON' : messageOf(error),
    );
  }
  const parsed = tuningFile.safeParse(content);
  if (!parsed.success) return ignored('it is no file of choices');
  const identity = identityOf(adapter);
  if (parsed.data.adapter !== identity.adapter || parsed.data.driver !== identity.driver)
    return ignored(`it is of another adapter, ${parsed.data.driver}`);
  if (parsed.data.kernels !== identity.kernels) return ignored('the kernels have changed since');
  return { choices: parsed.data.choices };
}

/**
 * Adds choices to what there is, and replaces what cannot be used.
 * @throws StorageError when the disk refuses
 */
export async function keepTuned(
  adapter: Pick<AdapterDescription, 'name' | 'description'>,
  choices: ChoiceTable,
  storage: Storage = tuningStorage(),
): Promise<void> {
  const { choices: before = {} } = await readTuned(adapter, storage);
  const content: TuningFile = { format: 1, ...identityOf(adapter), choices: { ...before, ...choices } };
  await storage.write(tuningFileOf(adapter), JSON.stringify(content, null, 1) + '\n');
}

function identityOf({ name, description }: Pick<AdapterDescription, 'name' | 'description'>): TuningIdentity {
  return { adapter: name, driver: description, kernels: hashOf(familiesText()) };
}

const hashOf = (text: string): string => sha256Of(new TextEncoder().encode(text));
