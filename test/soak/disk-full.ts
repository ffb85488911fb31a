/**
 * A disk that is full at some byte of a checkpoint: the checkpoint before is whole, the error says what to do, and with room
 * again the run goes on to the same end. Where root may mount one, a tmpfs is filled to the last pages; and by `prlimit`, no file
 * may grow beyond so many bytes, which cuts writes at any of them.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAscentState } from '../../src/runs/ascent/checkpoint.ts';
import { parseCheckpoint } from '../../src/runs/evolution/checkpoint.ts';
import { FileStorage, StorageError } from '../../src/node/file-storage.ts';
import { saveFile } from '../../src/node/save-file.ts';
import { readGeneration } from '../../src/storage/generations.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { buildProgram } from './program.ts';
import { firstDifference, settled, Tally, type Soak } from './soak.ts';
import { tinyKinds, type TinyKind } from './tiny-runs.ts';

type Files = ReadonlyMap<string, Uint8Array>;

const kinds = tinyKinds.filter(({ name }) => /evolution, CPPNs|genome files|pixels|trials/.test(name));

/** A way to let only so many bytes be written. */
interface Scarcity {
  readonly name: string;
  /** Bytes from one offset to the next that makes a difference. */
  readonly grain: number;
  /** Bytes beyond which nothing is refused. */
  readonly most: (growth: number, largest: number) => number;
  readonly folder: string;
  readonly leave: (bytes: number) => void;
  readonly free: () => void;
}

/** Of this very process: what a file may have. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${String(bytes)}:`]);
}

function byLimit(folder: string): Scarcity | undefined {
  try {
    limitFiles('unlimited');
  } catch {
    return undefined;
  }
  // A write over the limit then fails instead of ending the process.
  process.on('SIGXFSZ', () => undefined);
  return {
    ...{ name: 'prlimit', grain: 1, folder, leave: limitFiles },
    most: (_, largest) => largest,
    free: () => {
      limitFiles('unlimited');
    },
  };
}

function bySmallDisk(disk: SmallDisk): Scarcity {
  return {
    ...{ name: 'tmpfs', grain: disk.grain, folder: disk.folder },
    most: (growth) => growth,
    leave: (bytes) => {
      disk.leave(bytes);
    },
    free: () => {
      disk.free();
    },
  };
}

/** A run in its middle, and what becomes of it. */
interface Stopped {
  readonly kind: TinyKind;
  readonly files: Files;
  readonly whole: Record<string, string>;
  /** How much the next generation's files take, and the largest of them. */
  readonly growth: number;
  readonly largest: number;
  /** What became of folders already resumed, by their digest: a file is whole or not there, so that they are few. */
  readonly resumed: Map<string, Resumed>;
}

type Resumed = { readonly error: Error } | { readonly difference: string | undefined };

async function stoppedRun(kind: TinyKind): Promise<Stopped> {
  const [whole, stopped] = [new MemoryStorage(), new MemoryStorage()];
  await kind.go({ storage: whole });
  let asked = 0;
  await kind.go({ storage: stopped, shouldStop: () => ++asked >= 3 });
  const files = new Map(stopped.files);
  const next = new MemoryStorage();
  for (const [path, bytes] of files) next.files.set(path, bytes);
  await kind.go({ storage: next, resume: true, shouldStop: () => true });
  const written = [...next.files].filter(([path, bytes]) => files.get(path) !== bytes);
  const sizes = written.map(([, { length }]) => length);
  const pages = sizes.reduce((sum, size) => sum + 4096 * Math.ceil(size / 4096), 0);
  return {
    kind,
    files,
    whole: kind.outcome(whole),
    growth: pages,
    largest: Math.max(...sizes),
    resumed: new Map(),
  };
}

function put(root: string, files: Files): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
}

function filesBelow(root: string): MemoryStorage {
  const storage = new MemoryStorage();
  for (const name of readdirSync(root, { recursive: true }) as string[])
    if (statSync(join(root, name)).isFile())
      storage.files.set(name, Uint8Array.from(readFileSync(join(root, name))));
  return storage;
}

function digestOf({ files }: MemoryStorage): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${path} ${String(bytes.length)}\n`).update(bytes);
  return hash.digest('hex');
}

/** Goes on with a folder, or says what became of the same folder before. */
async function resumeOnce({ kind, whole, resumed }: Stopped, root: string): Promise<Resumed> {
  const digest = digestOf(filesBelow(root));
  const known = resumed.get(digest);
  if (known) return known;
  const ended = await settled(() => kind.go({ storage: new FileStorage(root), resume: true }));
  const found: Resumed =
    'error' in ended ? ended : { difference: firstDifference(kind.outcome(filesBelow(root)), whole) };
  resumed.set(digest, found);
  return found;
}

const names = ['offsets', 'refused', 'checkpoint whole', 'resumed', 'different', 'broken'] as const;
type Counts = Tally<(typeof names)[number]>;

async function starve(stopped: Stopped, by: Scarcity, offset: number, tally: Counts): Promise<void> {
  const { kind, files } = stopped;
  const root = join(by.folder, 'run');
  const place = `${kind.name}, ${by.name}, ${String(offset)} bytes`;
  tally.add('offsets');
  put(root, files);
  by.leave(offset);
  const starved = await settled(() =>
    // One more generation, so that a checkpoint is written, and what is refused ends it.
    kind.go({ storage: new FileStorage(root), resume: true, shouldStop: () => true }),
  );
  by.free();
  if ('error' in starved) {
    tally.add('refused');
    const { error } = starved;
    if (!(error instanceof StorageError && ['ENOSPC', 'EFBIG'].includes(error.code)))
      tally.fail('broken', `${place}: ${error.stack ?? error.message}`);
  }
  const parse: (text: string, path: string) => unknown =
    kind.kind === 'evolution' ? parseCheckpoint : parseAscentState;
  const found = await settled(() => readGeneration(new FileStorage(root), kind.state, parse));
  if ('error' in found || !found.value || found.value.problem !== undefined)
    tally.fail(
      'broken',
      `${place}: ${'error' in found ? found.error.message : 'its checkpoint is gone or damaged'}`,
    );
  else tally.add('checkpoint whole');
  const resumed = await resumeOnce(stopped, root);
  if ('error' in resumed) tally.fail('broken', `${place}, with room again: ${resumed.error.message}`);
  else if (resumed.difference !== undefined)
    tally.fail('different', `${place}: ${resumed.difference} differs`);
  else tally.add('resumed');
  rmSync(root, { recursive: true, force: true });
}

/** `saveFile` over a good file, and now and then the command that calls it. */
async function overwrite(by: Scarcity, offsets: readonly number[], tally: Counts): Promise<void> {
  const file = join(by.folder, 'weights.safetensors');
  const good = Buffer.alloc(50_000, 'good');
  for (const offset of offsets) {
    tally.add('offsets');
    writeFileSync(file, good);
    by.leave(offset);
    const saved = await settled(() => saveFile(file, Buffer.alloc(60_000, 'new')));
    by.free();
    if ('error' in saved) tally.add('refused');
    const place = `saveFile, ${by.name}, ${String(offset)} bytes`;
    if ('value' in saved) tally.fail('broken', `${place}: 60,000 bytes were written`);
    else if (!(saved.error instanceof StorageError)) tally.fail('broken', `${place}: ${saved.error.message}`);
    if (!readFileSync(file).equals(good)) tally.fail('broken', `${place}: the good file is another`);
    if (readdirSync(by.folder).length !== 1)
      tally.fail('broken', `${place}: ${readdirSync(by.folder).join()} are left`);
    rmSync(file);
  }
}

function importOver(program: string, by: Scarcity, offset: number, tally: Counts): void {
  const file = join(by.folder, 'weights.safetensors');
  tally.add('offsets');
  writeFileSync(file, 'good');
  by.leave(offset);
  try {
    const commandLine = ['import', 'weights/lenet-mnist.safetensors', '--arch', 'lenet', '--out', file];
    execFileSync(process.execPath, [program, ...commandLine], { stdio: 'pipe' });
    tally.fail('broken', `fool import wrote a file with ${String(offset)} bytes left`);
  } catch (error) {
    const { status, stderr } = error as { status?: number; stderr?: Buffer };
    tally.add('refused');
    if (status !== 1 || !/the disk is full|size limit/.test(String(stderr)))
      tally.fail('broken', `fool import, ${by.name}: ${String(status)}, ${String(stderr)}`);
  } finally {
    by.free();
  }
  if (readFileSync(file, 'utf8') !== 'good')
    tally.fail('broken', 'fool import spoilt the file that was there');
  rmSync(file);
}

/** So many numbers from 0 up to a limit, each a multiple of the grain. */
function spread(count: number, limit: number, grain: number): number[] {
  const places = Math.ceil(limit / grain);
  const taken = Math.min(count, places);
  return Array.from({ length: taken }, (_, index) => grain * Math.floor((index * places) / taken));
}

export const diskFull: Soak = {
  tries: 'offsets at which the disk is full while a checkpoint is written, each resumed with room again',
  count: 1000,
  async run({ count, note }) {
    const tally = new Tally(...names);
    const scratch = mkdtempSync(join(tmpdir(), 'fool-disk-'));
    const disk = SmallDisk.mount(2 ** 21);
    try {
      const program = buildProgram();
      const ways = [...(disk ? [bySmallDisk(disk)] : []), byLimit(scratch)].filter(
        (way) => way !== undefined,
      );
      if (ways.length === 0) throw new Error('neither can a tmpfs be mounted nor is there prlimit here');
      const runs: Stopped[] = [];
      for (const kind of kinds) runs.push(await stoppedRun(kind));
      note(
        runs.map(({ kind, largest }) => `${kind.name}: files of up to ${String(largest)} bytes`).join(', '),
      );
      // A tenth is for files that are overwritten; what pages leave no room for, single bytes get.
      let left = count;
      for (const [index, by] of ways.entries()) {
        const share = Math.floor(left / (ways.length - index));
        const before = tally.counts.offsets;
        for (const offset of [4096, 100_000]) importOver(program, by, offset, tally);
        await overwrite(by, spread(Math.ceil(share / 10), 60_000, by.grain), tally);
        for (const [place, run] of runs.entries()) {
          const rest = share - (tally.counts.offsets - before);
          const offsets = spread(
            Math.ceil(rest / (runs.length - place)),
            by.most(run.growth, run.largest),
            by.grain,
          );
          for (const offset of offsets) await starve(run, by, offset, tally);
          note(
            `${by.name}: ${run.kind.name}, ${String(offsets.length)} offsets, ${String(run.resumed.size)} folders`,
          );
        }
        left -= tally.counts.offsets - before;
      }
      return {
        figures: { by: ways.map(({ name }) => name).join(' and '), ...tally.counts },
        broken: tally.broken,
      };
    } finally {
      disk?.unmount();
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};
