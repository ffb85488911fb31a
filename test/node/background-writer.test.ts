/** Runs that threads of their own save, on disk. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { backgroundWriter } from '../../src/node/background-writer.ts';
import { FileStorage } from '../../src/node/file-storage.ts';
import type { WriterSetup } from '../../src/runs/evolution/save-writer.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { outcomeOf, tinyColourModel, tinyModel, tinyRun, tinySettings } from '../evolution/tiny-run.ts';
import { covering } from '../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-threads-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The files of a folder, as a storage in memory. */
function onDisk(folder: string): MemoryStorage {
  const storage = new MemoryStorage();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      storage.files.set(path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path));
    }
  return storage;
}

/** Runs into a folder, saved by threads. */
async function threaded(name: string, run: Partial<Parameters<typeof tinyRun>[0]> = {}) {
  const storage = new FileStorage(join(root, name));
  const warnings: string[] = [];
  const hooks = {
    openWriter: backgroundWriter(storage),
    onWarning: (text: string) => warnings.push(text),
    ...run.hooks,
  };
  const summary = await tinyRun({ ...run, storage, hooks });
  return { summary, warnings, outcome: outcomeOf(onDisk(storage.root)) };
}

async function waited(run: Partial<Parameters<typeof tinyRun>[0]> = {}) {
  const storage = new MemoryStorage();
  await tinyRun({ ...run, storage });
  return outcomeOf(storage);
}

describe.each([
  ['graphs', { settings: tinySettings, model: tinyModel([3, 9, 14], 3) }],
  ['genes in JSON', { settings: { ...tinySettings, encoding: 'direct' }, model: tinyModel() }],
  ['genome files', { settings: { ...tinySettings, encoding: 'direct' }, model: tinyColourModel() }],
] as const)('a run with %s that a thread saves', (name, run) => {
  it('leaves what one leaves that waits, also when it is stopped and gone on with', async () => {
    const { summary, warnings, outcome } = await threaded(name, run);
    expect(warnings).toEqual([]);
    expect(outcome).toEqual(await waited(run));
    expect(summary).toMatchObject({ complete: true, generations: 6 });
    const longer = { ...run, settings: { ...run.settings, generations: 9 } };
    const stopped = await threaded(name, { ...longer, resume: true, hooks: { shouldStop: () => true } });
    expect(stopped.summary).toMatchObject({ complete: false, generations: 7 });
    expect((await threaded(name, { ...longer, resume: true })).outcome).toEqual(await waited(longer));
  });
});

describe('a thread that ends', () => {
  const ending: ((worker: Worker) => void)[] = [];
  afterEach(() => {
    for (const listener of ending.splice(0)) process.off('worker', listener);
  });

  // By an error of its own: to terminate it while it asks for something of a file aborts the whole process.
  const fail = (post: Worker['postMessage']) => {
    post(null);
  };
  const ends: [name: string, end: (worker: Worker) => void][] = [
    [
      'as soon as it has begun',
      (worker: Worker) => {
        fail(worker.postMessage.bind(worker));
      },
    ],
    [
      'in the middle of a save',
      (worker: Worker) => {
        const post = worker.postMessage.bind(worker);
        worker.postMessage = (...message: Parameters<typeof post>) => {
          post(...message);
          setTimeout(fail, 20, post);
        };
      },
    ],
  ];

  it.each(covering(ends, ends.slice(1)))(
    '%s costs a warning, and the run saves by itself',
    async (name, end) => {
      ending.push(end);
      process.on('worker', end);
      const { warnings, outcome } = await threaded(name);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^the run goes on, and waits while it is saved: the thread that saves it has ended: Cannot destructure property 'id' .*$/,
        ),
      ]);
      expect(outcome).toEqual(await waited());
    },
  );
});

it('threads that are closed finish what they were asked', async () => {
  const storage = new FileStorage(join(root, 'closed'));
  const run = {
    mark: 'mark',
    version: '0',
    model: { name: 'tiny', architecture: 'tiny', sha256: '0', image: [3, 64, 64], labels: [] },
    adapter: { name: 'none', description: 'none' },
  } as unknown as WriterSetup['run'];
  const writer = backgroundWriter(storage)({ run, cells: [], pictured: [], takesOver: false });
  const pictures = Array.from({ length: 60 }, (_, index) => ({
    class: index,
    image: { extent: [3, 64, 64] as const, bytes: new Uint8Array(3 * 64 * 64).fill(index) },
  }));
  let written = false;
  void writer.writePictures(pictures).then(() => (written = true));
  await writer.close();
  expect(written).toBe(true);
  expect(readdirSync(join(storage.root, 'images'))).toHaveLength(60);
});

it('a folder that is moved away is not begun once more by the thread', async () => {
  const moved = join(root, 'moved');
  const onGeneration = ({ generation }: { generation: number }) => {
    if (generation === 0) renameSync(join(root, 'here'), moved);
  };
  await expect(threaded('here', { hooks: { onGeneration } })).rejects.toThrow(/was moved or removed since/);
  expect(existsSync(join(root, 'here'))).toBe(false);
});
