/**
 * The roofs of this machine's adapters, a file each in the user's cache beside the tuned choices: measured once, and again where the
 * adapter, its driver, the processor or the way to measure them is another.
 */
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { adapterKinds, type AdapterDescription, type AdapterKind } from '../../src/gpu/device.ts';
import { messageOf } from '../../src/util/message-of.ts';
import { FileStorage } from '../../src/node/file-storage.ts';
import { adapterFileOf, hashOf, listKept, parseKept } from '../../src/node/adapter-file.ts';
import { tuningFolder } from '../../src/node/tuning-cache.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { Peaks } from './peaks.ts';
import { methodText } from './roof-kernels.ts';

export interface KeptRoofs {
  readonly peaks: Peaks;
  /** Sines and exponentials a second, where they were measured. */
  readonly functions?: number;
  /** The least that the fixed work of `machine-load.ts` took meanwhile. */
  readonly fixedWorkMs: number;
  /** When they were measured. */
  readonly date: string;
}

const positive = z.number().positive();

const roofsFile = z.object({
  format: z.literal(1),
  adapter: z.string(),
  driver: z.string(),
  processor: z.string(),
  /** SHA-256 of what measured them. */
  method: z.string(),
  peaks: z.object({
    gflops: positive,
    halfGflops: positive.exactOptional(),
    gbps: positive,
    copiedBytes: positive,
    launchMs: z.number().min(0),
  }),
  functions: positive.exactOptional(),
  fixedWorkMs: positive,
  date: z.string(),
});

type Adapter = Pick<AdapterDescription, 'name' | 'description' | 'kind'>;

/** Below the folder of tuned choices. */
const subfolder = 'roofs';
export const roofsStorage = (): Storage => new FileStorage(path.join(tuningFolder(), subfolder));

const processorHere = (): string => `${cpus()[0]?.model ?? 'unknown'}, ${String(availableParallelism())}`;
const methodOf = (kind: AdapterKind): string => hashOf(methodText(kind));

/** Drivers on the CPU call themselves alike on every processor. */
function identityOf({ name, description, kind }: Adapter) {
  return { adapter: name, driver: description, processor: processorHere(), method: methodOf(kind) };
}

/** Name of an adapter's file below the folder. */
export function roofsFileOf(adapter: Adapter): string {
  const { adapter: name, driver, processor } = identityOf(adapter);
  return adapterFileOf(name, driver, processor);
}

export interface FoundRoofs {
  readonly roofs?: KeptRoofs;
  /** Why a file that is there is not used, in a sentence. */
  readonly problem?: string;
}

const parseFile = (bytes: Uint8Array | undefined) => parseKept(bytes, roofsFile, 'roofs');
const anotherWay = 'they are measured in another way now';
const ofAnother = (processor: string): string => `they are of another processor, ${processor}`;

/** A file of roofs. */
export interface RoofsFile {
  /** Path below the folder of tuned choices. */
  readonly file: string;
  /** Of whom they are, and which; absent where the file cannot be read. */
  readonly adapter?: string;
  readonly driver?: string;
  readonly peaks?: Peaks;
  readonly date?: string;
  /** Why they are of no use, in a few words. */
  readonly problem?: string;
}

/** What there is of any adapter. @throws StorageError where the folder cannot be read */
export async function listRoofs(storage: Storage = roofsStorage()): Promise<RoofsFile[]> {
  const methods = adapterKinds.map(methodOf);
  const found = await listKept(storage, (bytes) => {
    const content = parseFile(bytes);
    if (typeof content === 'string') return content;
    const { adapter, driver, processor, method, peaks, date } = content;
    const here = processor === processorHere();
    const problem = !methods.includes(method) ? anotherWay : here ? undefined : ofAnother(processor);
    return { adapter, driver, peaks, date, ...(problem !== undefined && { problem }) };
  });
  return found.map((one) => ({ ...one, file: `${subfolder}/${one.file}` }));
}

/** Never throws: what cannot be read counts as not measured, and says so. */
export async function readRoofs(adapter: Adapter, storage: Storage = roofsStorage()): Promise<FoundRoofs> {
  const file = roofsFileOf(adapter);
  const ignored = (why: string): FoundRoofs => ({ problem: `the roofs in ${file} are not used: ${why}` });
  let bytes: Uint8Array | undefined;
  try {
    bytes = await storage.read(file);
  } catch (error) {
    return ignored(messageOf(error));
  }
  if (!bytes) return {};
  const content = parseFile(bytes);
  if (typeof content === 'string') return ignored(content);
  const { peaks, functions, fixedWorkMs, date, ...origin } = content;
  const identity = identityOf(adapter);
  if (origin.method !== identity.method) return ignored(anotherWay);
  if (origin.adapter !== identity.adapter || origin.driver !== identity.driver)
    return ignored(`they are of another adapter, ${origin.driver}`);
  if (origin.processor !== identity.processor) return ignored(ofAnother(origin.processor));
  return { roofs: { peaks, fixedWorkMs, date, ...(functions !== undefined && { functions }) } };
}

/** Replaces what there is. @throws StorageError when the disk refuses */
export async function keepRoofs(
  adapter: Adapter,
  roofs: KeptRoofs,
  storage: Storage = roofsStorage(),
): Promise<void> {
  const content: z.infer<typeof roofsFile> = { format: 1, ...identityOf(adapter), ...roofs };
  await storage.write(roofsFileOf(adapter), JSON.stringify(content, null, 1) + '\n');
}
