/** Whether a run folder is what the options take it for, and where its former run goes. */
import { existsSync } from 'node:fs';
import { readFile, rename, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { FileStorage, storageError } from '../node/file-storage.ts';
import { lockFolder } from './lock-folder.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface RunFolderOptions {
  readonly out: string;
  readonly resume: boolean;
  readonly replace: boolean;
}

const holdsRun = (folder: string): boolean => existsSync(join(folder, 'run.json'));

/** @throws UsageError where a new run would overwrite one, or there is none to resume */
export function checkRunFolder({ out, resume, replace }: RunFolderOptions): void {
  if (resume && !holdsRun(out)) throw new UsageError(`${out} holds no run to resume`);
  if (!resume && holdsRun(out) && !replace) {
    throw new UsageError(
      `${out} holds a run already: pass --resume to go on with it, --replace to start over, or another --out`,
    );
  }
}

/** Whether the run in the folder is moved aside for a new one: no option says that the new one is to be there. */
export function movesOn({ out, resume, replace }: RunFolderOptions, command: Command): boolean {
  return !resume && !replace && command.getOptionValueSource('out') !== 'cli' && holdsRun(out);
}

/**
 * Does the work on a run folder that no other process writes to meanwhile. A former run that makes room is moved to a folder
 * beside it, and back where the work ends before there is a new one.
 * @throws UsageError where another process is writing to it, or a run is there by then; StorageError
 */
export async function inRunFolder<T>(
  options: RunFolderOptions,
  command: Command,
  storage: FileStorage,
  terminal: Terminal,
  work: () => Promise<T>,
): Promise<T> {
  const { out } = options;
  const former = movesOn(options, command) ? await moveFormerRun(out, terminal) : undefined;
  try {
    const lock = await lockFolder(out, storage, terminal);
    try {
      // Once more: another process may have made a run here before it let go of the folder.
      checkRunFolder(options);
      return await work();
    } finally {
      await lock.release();
    }
  } finally {
    if (former !== undefined) await moveBack(former, out, terminal);
  }
}

/** @returns where it is then: a folder named by what the run is and when it was started */
async function moveFormerRun(folder: string, terminal: Terminal): Promise<string> {
  // A new storage: a storage writes to no other folder than the one that it wrote to first.
  const lock = await lockFolder(folder, new FileStorage(folder), terminal);
  await lock.release();
  const place = freePlace(join(dirname(folder), await nameFor(folder)));
  await moveTo(place, folder);
  terminal.note(`the former run in ${folder} is now in ${place}`);
  return place;
}

async function moveBack(place: string, folder: string, terminal: Terminal): Promise<void> {
  if (holdsRun(folder)) return;
  try {
    if (existsSync(folder)) await rmdir(folder);
  } catch {
    return; // the folder holds files of the user
  }
  await moveTo(folder, place);
  terminal.note(`no new run was begun: the former one is in ${folder} again`);
}

async function moveTo(place: string, folder: string): Promise<void> {
  try {
    await rename(folder, place);
  } catch (error) {
    throw storageError('write', place, error);
  }
}

/** `evolution-2026-01-31-174500`, in UTC; where its record is damaged, by when that was written. */
async function nameFor(folder: string): Promise<string> {
  const file = join(folder, 'run.json');
  const record = await readFile(file, 'utf8');
  const kind = /"kind": *"ascent"/.test(record) ? 'ascent' : 'evolution';
  const [, started = ''] = /"started": *"([^"]*)"/.exec(record) ?? [];
  const start = new Date(started);
  const time = Number.isNaN(start.getTime()) ? (await stat(file)).mtime : start;
  return `${kind}-${time.toISOString().replace(/T(\d+):(\d+):(\d+).*/, '-$1$2$3')}`;
}

function freePlace(wanted: string): string {
  let place = wanted;
  for (let number = 2; existsSync(place); number++) place = `${wanted}-${String(number)}`;
  return place;
}
