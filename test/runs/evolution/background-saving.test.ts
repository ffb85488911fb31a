/** Saving beside the search: what it may do to a run is nothing, however slow it is and whatever becomes of it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { encodePng } from '../../../src/node/image-file.ts';
import { FolderWriter } from '../../../src/runs/evolution/folder-writer.ts';
import { readCheckpoint } from '../../../src/runs/evolution/checkpoint.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import {
  WriterLostError,
  type ElitePicture,
  type OpenWriter,
  type SaveWriter,
  type Snapshot,
} from '../../../src/runs/evolution/save-writer.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { FailingStorage } from './failing-storage.ts';
import { outcomeOf, tinyColourModel, tinyModel, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';

interface Behaviour {
  /** Awaited before a save, whose number is given. */
  readonly before?: (save: number) => Promise<void>;
  /** Awaited before pictures are written. */
  readonly beforePictures?: () => Promise<void>;
}

/** A writer as a thread is one, but in this thread: what it is handed is copied or taken away. */
class FakeThread implements SaveWriter {
  readonly inBackground = true;
  saves = 0;
  isClosed = false;

  constructor(
    private readonly writer: FolderWriter,
    private readonly behaviour: Behaviour,
  ) {}

  async save(snapshot: Snapshot): Promise<readonly string[]> {
    const { ancestors, genomes } = snapshot;
    const handed = 'cppn' in genomes ? [genomes.cppn] : genomes.direct;
    const transfer = [...new Set([ancestors, ...handed].map(({ buffer }) => buffer))];
    const received = structuredClone(snapshot, { transfer });
    this.saves++;
    await this.behaviour.before?.(this.saves);
    return this.writer.save(received);
  }

  async writePictures(pictures: readonly ElitePicture[]): Promise<void> {
    const received = structuredClone(pictures);
    await this.behaviour.beforePictures?.();
    return this.writer.writePictures(received);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

function fakeThreads(storage: MemoryStorage, behaviour: Behaviour = {}) {
  const threads: FakeThread[] = [];
  const openWriter: OpenWriter = (setup) => {
    const thread = new FakeThread(new FolderWriter(storage, encodePng, structuredClone(setup)), behaviour);
    threads.push(thread);
    return thread;
  };
  return { openWriter, threads };
}

const kinds = [
  { encoding: 'cppn', genomes: 'graphs', model: tinyModel() },
  { encoding: 'direct', genomes: 'genes in JSON', model: tinyModel() },
  { encoding: 'direct', genomes: 'files', model: tinyColourModel() },
] as const;

describe.each(kinds)('a run of the $encoding encoding with $genomes', ({ encoding, model }) => {
  const settings = { ...tinySettings, encoding };
  const whole = new MemoryStorage();
  beforeAll(() => tinyRun({ model, storage: whole, settings }));

  test('that is saved beside its search leaves what one leaves that waits', async () => {
    const storage = new MemoryStorage();
    const { openWriter, threads } = fakeThreads(storage);
    await tinyRun({ model, storage, settings, hooks: { openWriter } });
    expect(threads[0]!.saves).toBeGreaterThan(1);
    expect(threads[0]!.isClosed).toBe(true);
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });

  test('does not wait for a save that takes as long as the run, and begins no other meanwhile', async () => {
    const storage = new MemoryStorage();
    const generations: number[] = [];
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const { openWriter, threads } = fakeThreads(storage, { before: () => held });
    const summary = await tinyRun({
      ...{ model, storage, settings },
      hooks: {
        openWriter,
        onGeneration: ({ generation }) => {
          generations.push(generation);
          if (generation !== 5) return;
          expect(threads[0]!.saves).toBe(1);
          expect(storage.files.has('archive.json')).toBe(false);
          letGo();
        },
      },
    });
    expect(generations).toEqual([0, 1, 2, 3, 4, 5]);
    expect(threads[0]!.saves).toBe(2);
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
    expect(summary.backgroundSaving).toBeGreaterThan(0);
  });

  test.each([1, 2])('goes on by itself where the thread dies in save %i', async (turn) => {
    const storage = new MemoryStorage();
    const warnings: string[] = [];
    const before = (save: number) =>
      save < turn ? Promise.resolve() : Promise.reject(new WriterLostError('it has ended: 1'));
    const { openWriter } = fakeThreads(storage, { before });
    const hooks = { openWriter, onWarning: (text: string) => warnings.push(text) };
    await tinyRun({ model, storage, settings, hooks });
    expect(warnings).toEqual(['the run goes on, and waits while it is saved: it has ended: 1']);
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
    await tinyRun({ model, storage, settings, resume: true });
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });

  test('is saved whole where the thread dies after it has written, and before it says so', async () => {
    const storage = new MemoryStorage();
    const { openWriter } = fakeThreads(storage);
    const dying: OpenWriter = (setup) => {
      const thread = openWriter(setup);
      const save = thread.save.bind(thread);
      thread.save = async (snapshot) => {
        await save(snapshot);
        throw new WriterLostError('it has ended');
      };
      return thread;
    };
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    await tinyRun({ model, storage, settings, hooks: { openWriter: dying, onWarning } });
    expect(warnings).toHaveLength(1);
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });

  test('has its pictures where the thread dies at them', async () => {
    const storage = new MemoryStorage();
    const beforePictures = () => Promise.reject(new WriterLostError('it has ended'));
    const { openWriter } = fakeThreads(storage, { beforePictures });
    await tinyRun({ model, storage, settings, hooks: { openWriter } });
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });

  test('costs a warning where the disk refuses once', async () => {
    for (const turn of [1, 2, 3, 4]) {
      const warnings: string[] = [];
      const storage = new FailingStorage((operation) => operation === turn);
      const { openWriter } = fakeThreads(storage);
      const onWarning = (text: string) => warnings.push(text);
      await tinyRun({ model, storage, settings, hooks: { openWriter, onWarning } });
      expect(warnings).toEqual([expect.stringMatching(/^could not save generation \d, the run goes on/)]);
      expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
    }
  });
});

test('a run whose every save fails ends with the disk’s words', async () => {
  const storage = new FailingStorage((operation) => operation > 0);
  const { openWriter, threads } = fakeThreads(storage);
  await expect(tinyRun({ storage, hooks: { openWriter } })).rejects.toThrow(/^no space left for /);
  expect(threads[0]!.isClosed).toBe(true);
});

test('checkpoints come as long as the run does where saving takes half of the interval', async () => {
  const storage = new MemoryStorage();
  let clock = 0;
  const found: (number | undefined)[] = [];
  const { openWriter } = fakeThreads(storage, { before: () => Promise.resolve() });
  await tinyRun({
    storage,
    settings: { ...tinySettings, generations: 30 },
    hooks: {
      openWriter,
      ...{ now: () => clock, checkpointEvery: 1000 },
      onGeneration: () => {
        clock += 500;
        void readCheckpoint(storage).then((state) => found.push(state?.record.generations));
      },
    },
  });
  expect(found.filter((generations) => generations !== undefined).length).toBeGreaterThan(20);
  expect(await readRun(storage)).toMatchObject({ summary: { complete: true, generations: 30 } });
});
