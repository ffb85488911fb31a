/** Runs that are killed, stopped or refused by the disk at every possible moment. */
import { beforeAll, describe, expect, test } from 'vitest';
import { checkpointPath, parseCheckpoint, readCheckpoint } from '../../../src/runs/evolution/checkpoint.ts';
import { confidencesOf } from '../../../src/model/evaluation.ts';
import { decodeImage } from '../../../src/node/image-file.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { openTestGpu } from '../../gpu.ts';
import { FailingStorage, RecordingStorage, copyOf, textOf } from './failing-storage.ts';
import {
  outcomeOf,
  sha256,
  tinyColourModel,
  tinyModel,
  tinyRun,
  tinySettings,
  type TinyHooks,
} from '../../evolution/tiny-run.ts';

const encodings = ['cppn', 'direct'] as const;
const kinds = [
  { encoding: 'cppn', genomes: 'graphs', model: tinyModel() },
  { encoding: 'direct', genomes: 'genes in JSON', model: tinyModel() },
  { encoding: 'direct', genomes: 'files', model: tinyColourModel() },
] as const;

/** That every picture is given the confidence that the archive says. */
async function expectPicturesToHold(storage: MemoryStorage, model = tinyModel()): Promise<void> {
  const { run, cells } = await readRun(storage);
  const pixels = cells.flatMap(({ class: number }) => {
    const path = `images/${String(number).padStart(4, '0')}.png`;
    return [...decodeImage(storage.files.get(path) ?? new Uint8Array(), path).bytes];
  });
  const found = await confidencesOf(
    await openTestGpu(),
    model,
    Uint8Array.from(pixels),
    cells.length,
    run.settings.crops,
  );
  for (const [index, cell] of cells.entries())
    expect(found[index]![cell.class]).toBeCloseTo(cell.confidence, 5);
}

describe.each(kinds)('a run of the $encoding encoding with $genomes', ({ encoding, genomes, model }) => {
  const settings = { ...tinySettings, encoding };
  const whole = new RecordingStorage();
  beforeAll(() => tinyRun({ model, storage: whole, settings }));

  test('killed between two writes ends, resumed, bit for bit like an uninterrupted one', async () => {
    expect(whole.moments.length).toBeGreaterThan(20);
    for (const [moment, files] of whole.moments.entries()) {
      if (moment % 3 !== ['graphs', 'genes in JSON', 'files'].indexOf(genomes)) continue; // enough to meet every kind of write
      const storage = copyOf(files);
      await tinyRun({ model, storage, settings, resume: true });
      expect(outcomeOf(storage), `killed after write ${String(moment)}`).toEqual(outcomeOf(whole));
    }
  });

  test('can be killed and resumed again and again', async () => {
    let storage: MemoryStorage = copyOf(whole.moments[12]!);
    for (let times = 0; times < 3; times++) {
      const next = new RecordingStorage();
      for (const [path, bytes] of storage.files) next.files.set(path, bytes);
      await tinyRun({ model, storage: next, settings, resume: true });
      storage = copyOf(next.moments[Math.min(10, next.moments.length - 1)]!);
    }
    await tinyRun({ model, storage, settings, resume: true });
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });

  test('resumed with more generations equals one that was asked for them at once', async () => {
    const [longer, extended] = [new MemoryStorage(), copyOf(whole.files)];
    await tinyRun({ model, storage: longer, settings: { ...settings, generations: 9 } });
    await tinyRun({ model, storage: extended, settings: { ...settings, generations: 9 }, resume: true });
    expect(outcomeOf(extended)).toEqual(outcomeOf(longer));
  });

  test('that is complete stays as it is when resumed', async () => {
    const storage = copyOf(whole.files);
    expect(await tinyRun({ model, storage, settings, resume: true })).toMatchObject({
      complete: true,
      generations: 6,
    });
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });

  test('has pictures that hold', async () => {
    await expectPicturesToHold(whole, model);
  });

  test('has pictures that hold even when it was killed while saving, resumed and stopped at once', async () => {
    const storage = new RecordingStorage();
    const longer = { ...settings, generations: 12 };
    await tinyRun({ model, storage, settings: longer, hooks: everySixth() });
    // Killed during the second save, resumed from the first: some pictures are ahead of the archive.
    const saved = (files: ReadonlyMap<string, Uint8Array>) => {
      const bytes = files.get(checkpointPath);
      return bytes && parseCheckpoint(new TextDecoder().decode(bytes), checkpointPath).generations;
    };
    const between = storage.moments.filter((files) => saved(files) === 6);
    expect(between.length).toBeGreaterThan(3);
    for (const files of between) {
      const killed = copyOf(files);
      const hooks = { shouldStop: () => true };
      expect(
        (await tinyRun({ model, storage: killed, settings: longer, resume: true, hooks })).generations,
      ).toBe(7);
      await expectPicturesToHold(killed, model);
    }
  });

  test('gets back the pictures that were deleted, when it is resumed', async () => {
    const storage = copyOf(whole.moments.at(-10)!);
    for (const path of storage.files.keys()) if (path.startsWith('images/')) storage.files.delete(path);
    await tinyRun({ model, storage, settings, resume: true });
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });
});

/** A clock that counts generations, and a checkpoint at every sixth. */
function everySixth(): TinyHooks {
  let clock = 0;
  return { now: () => clock, onGeneration: () => clock++, checkpointEvery: 6 };
}

describe('a disk that refuses', () => {
  const reference = new FailingStorage(() => false);
  beforeAll(() => tinyRun({ storage: reference }));
  // run.json is operation 0; the last state and the summary close the run.
  const lastSave = () => reference.written.lastIndexOf('progress.jsonl');

  test('once during the run costs a warning and nothing else', async () => {
    for (let refused = 1; refused < lastSave() - 8; refused++) {
      const warnings: string[] = [];
      const storage = new FailingStorage((operation) => operation === refused);
      await tinyRun({ storage, hooks: { onWarning: (text) => warnings.push(text) } });
      expect(warnings).toEqual([
        expect.stringMatching(/^could not save generation \d, the run goes on: no space left for /),
      ]);
      expect(outcomeOf(storage), `refused write ${String(refused)}`).toEqual(outcomeOf(reference));
    }
  });

  test('for good lets the run go on, then ends it with the disk’s words and the last checkpoint whole', async () => {
    for (let first = 1; first < reference.written.length; first += 3) {
      const warnings: string[] = [];
      const storage = new FailingStorage((operation) => operation >= first);
      const generations: number[] = [];
      const hooks = {
        onWarning: (text: string) => warnings.push(text),
        onGeneration: ({ generation }: { generation: number }) => generations.push(generation),
      };
      await expect(tinyRun({ storage, hooks })).rejects.toThrow(/^no space left for /);
      expect(generations).toEqual([0, 1, 2, 3, 4, 5]);
      const bytes = await storage.read(checkpointPath);
      if (bytes)
        expect(parseCheckpoint(textOf(storage, checkpointPath), checkpointPath).generations).toBeGreaterThan(
          0,
        );
      const freed = copyOf(storage.files);
      await tinyRun({ storage: freed, resume: true });
      expect(outcomeOf(freed), `refused from write ${String(first)}`).toEqual(outcomeOf(reference));
    }
  });

  test('before the run has begun ends it', async () => {
    await expect(tinyRun({ storage: new FailingStorage(() => true) })).rejects.toThrow(
      'no space left for run.json',
    );
  });
});

describe('settings', () => {
  test('that are wrong leave the run in the folder untouched', async () => {
    const storage = new MemoryStorage();
    await tinyRun({ storage });
    const before = new Map(storage.files);
    await expect(tinyRun({ storage, settings: { ...tinySettings, population: 1e12 } })).rejects.toThrow(
      /the largest that does with cppn genomes for tiny is \d+$/,
    );
    await expect(tinyRun({ storage, settings: { ...tinySettings, classes: [5] } })).rejects.toThrow(
      'tiny has the classes 0 to 4, not 5',
    );
    expect(storage.files).toEqual(before);
  });

  test('replace the run in the folder, and leave nothing of it', async () => {
    const [storage, fresh] = [new MemoryStorage(), new MemoryStorage()];
    const settings = { ...tinySettings, seed: 6, classes: [4] };
    await tinyRun({ storage });
    await tinyRun({ storage, settings });
    await tinyRun({ storage: fresh, settings });
    expect([...storage.files.keys()].sort()).toEqual([...fresh.files.keys()].sort());
    expect(outcomeOf(storage)).toEqual(outcomeOf(fresh));
  });

  test('of a colour network that is not square evolve, repeat and resume', async () => {
    for (const encoding of encodings) {
      const model = tinyModel([3, 9, 14], 3);
      const settings = { ...tinySettings, encoding, population: 6, generations: 4 };
      const [storage, parts] = [new RecordingStorage(), new MemoryStorage()];
      await tinyRun({ storage, model, settings });
      await tinyRun({ storage: parts, model, settings, hooks: { shouldStop: () => true } });
      await tinyRun({ storage: parts, model, settings, resume: true });
      expect(outcomeOf(parts)).toEqual(outcomeOf(storage));
      expect(decodeImage(storage.files.get('images/0002.png') ?? new Uint8Array(), '2')).toMatchObject({
        extent: [3, 9, 14],
      });
    }
  });

  test.each([1, 2, 3, 4, 5, 7])(
    'with a population of %i give a child’s picture to every cell',
    async (population) => {
      const storage = new MemoryStorage();
      await tinyRun({ storage, settings: { ...tinySettings, population } });
      const checkpoint = (await readCheckpoint(storage))?.record;
      expect(checkpoint).toMatchObject({ generations: 6, model: sha256 });
      for (const { id, generation, parent } of checkpoint!.cells) {
        expect(Math.floor(id / population)).toBe(generation);
        if (generation === 0) expect(parent).toBeNull();
        else expect(Math.floor(parent! / population)).toBeLessThan(generation);
      }
      await expectPicturesToHold(storage);
    },
  );
});
