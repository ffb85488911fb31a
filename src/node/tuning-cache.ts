/**
 * What tuning found on this machine, a file per adapter and driver in the user's cache. It holds for the kernels that were
 * measured: those of another version of the engine are measured afresh.
 */
import path from 'node:path';
import { z } from 'zod';
import type { AdapterDescription } from '../gpu/device.ts';
import type { ChoiceTable } from '../gpu/tuning.ts';
import { familiesText } from '../kernels/index.ts';
import { messageOf } from '../util/message-of.ts';
import type { Storage } from '../storage/storage.ts';
import { cacheFolder } from './cache-folder.ts';
import { FileStorage } from './file-storage.ts';
import { adapterFileOf, hashOf, listKept, parseKept } from './adapter-file.ts';

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
  return adapterFileOf(name, driver);
}

/** What there is of an adapter's choices. */
export interface TunedChoices {
  /** Undefined where nothing was tuned, or where it cannot be used. */
  readonly choices: ChoiceTable | undefined;
  /** Why a file that is there is not used. */
  readonly problem?: string;
}

/** A file of choices in the folder. */
export interface TunedFile {
  readonly file: string;
  /** Of whom they are, and which; absent where the file cannot be read. */
  readonly adapter?: string;
  readonly driver?: string;
  readonly choices?: ChoiceTable;
  /** Why they are of no use, in a few words. */
  readonly problem?: string;
}

/** What there is of any adapter. @throws StorageError where the folder cannot be read */
export const listTuned = (storage: Storage = tuningStorage()): Promise<TunedFile[]> =>
  listKept(storage, (bytes) => {
    const content = parseFile(bytes);
    if (typeof content === 'string') return content;
    const { adapter, driver, kernels, choices } = content;
    const found = { adapter, driver, choices };
    return kernels === kernelsHash() ? found : { ...found, problem: 'the kernels have changed since' };
  });

const parseFile = (bytes: Uint8Array | undefined): TuningFile | string =>
  parseKept(bytes, tuningFile, 'choices');

/** Never throws: what cannot be read counts as not tuned, and says so. */
export async function readTuned(
  adapter: Pick<AdapterDescription, 'name' | 'description'>,
  storage: Storage = tuningStorage(),
): Promise<TunedChoices> {
  const file = tuningFileOf(adapter);
  const ignored = (why: string): TunedChoices => ({
    choices: undefined,
    problem: `the tuned choices in ${file} are not used: ${why}`,
  });
  let bytes: Uint8Array | undefined;
  try {
    bytes = await storage.read(file);
  } catch (error) {
    return ignored(messageOf(error));
  }
  if (!bytes) return { choices: undefined };
  const content = parseFile(bytes);
  if (typeof content === 'string') return ignored(content);
  const identity = identityOf(adapter);
  if (content.adapter !== identity.adapter || content.driver !== identity.driver)
    return ignored(`it is of another adapter, ${content.driver}`);
  if (content.kernels !== identity.kernels) return ignored('the kernels have changed since');
  return { choices: content.choices };
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
  return { adapter: name, driver: description, kernels: kernelsHash() };
}

const kernelsHash = (): string => hashOf(familiesText());
