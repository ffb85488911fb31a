import { describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../../src/runs/evolution/checkpoint.ts';
import { RunFolder, picturePath } from '../../../src/runs/evolution/folder.ts';
import { encodePng } from '../../../src/node/image-file.ts';
import { withChecksum } from '../../../src/storage/checksum.ts';
import { readClaims } from '../../../src/runs/claims.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { FailingStorage, textOf } from './failing-storage.ts';
import { checkpoint, progressOf } from './records.ts';
import { tinyModel, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';

const linesOf = (storage: MemoryStorage) => textOf(storage, 'progress.jsonl').split('\n').slice(0, -1);
const generationsIn = (storage: MemoryStorage) =>
  linesOf(storage).map((line) => (JSON.parse(line) as { generation: number }).generation);

const runOf = (labels: readonly string[], namedPictures?: boolean) => ({
  model: { name: 'm', architecture: 'lenet', sha256: '', labels, image: [1, 2, 2] as const },
  ...(namedPictures !== undefined && { namedPictures }),
});

function folderIn(storage: MemoryStorage): RunFolder {
  return new RunFolder(storage, encodePng, runOf(['a', 'b']));
}

/** A storage whose appends wait until they are let go. */
class SlowStorage extends MemoryStorage {
  readonly #waiting: (() => void)[] = [];

  /** Lets the next append go on, once it has come. */
  async release(): Promise<void> {
    while (this.#waiting.length === 0) await new Promise((resolve) => setTimeout(resolve));
    this.#waiting.shift()?.();
  }

  override async append(path: string, text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    await super.append(path, text);
  }
}

describe('progress', () => {
  test('reaches the storage with a flush, one JSON line a generation, in order', async () => {
    const storage = new MemoryStorage();
    const folder = folderIn(storage);
    for (const generation of [0, 1, 2]) folder.progress(progressOf(generation));
    expect(storage.files.size).toBe(0);
    await folder.flushProgress();
    folder.progress(progressOf(3));
    await folder.flushProgress();
    await folder.flushProgress();
    expect(generationsIn(storage)).toEqual([0, 1, 2, 3]);
    expect(JSON.parse(linesOf(storage)[2] ?? '')).toEqual(withChecksum(progressOf(2)));
  });

  test('that arrives during a flush waits for the next one', async () => {
    const storage = new SlowStorage();
    const folder = folderIn(storage);
    folder.progress(progressOf(0));
    const first = folder.flushProgress();
    folder.progress(progressOf(1));
    await storage.release();
    await first;
    expect(generationsIn(storage)).toEqual([0]);
    const second = folder.flushProgress();
    await storage.release();
    await second;
    expect(generationsIn(storage)).toEqual([0, 1]);
  });

  test('whose append failed half-way is written whole by the next flush', async () => {
    const storage = new FailingStorage((operation) => operation === 1 || operation === 3);
    const folder = folderIn(storage);
    folder.progress(progressOf(0));
    await folder.flushProgress();
    folder.progress(progressOf(1));
    await expect(folder.flushProgress()).rejects.toThrow('no space left');
    folder.progress(progressOf(2));
    await folder.flushProgress().catch(() => undefined);
    folder.progress(progressOf(3));
    await folder.flushProgress();
    expect(generationsIn(storage)).toEqual([0, 1, 2, 3]);
  });

  test.each([
    [0, []],
    [2, [0, 1]],
    [4, [0, 1, 2, 3]],
    [9, [0, 1, 2, 3]],
  ])('is cut after %i generations', async (generations, left) => {
    const storage = new MemoryStorage();
    const folder = folderIn(storage);
    for (const generation of [0, 1, 2, 3]) folder.progress(progressOf(generation));
    await folder.flushProgress();
    await folderIn(storage).cutProgress(generations);
    expect(generationsIn(storage)).toEqual(left);
  });

  test('is cut before a last line that a crash has torn, and can be cut where there is none', async () => {
    const storage = new MemoryStorage();
    await folderIn(storage).cutProgress(3);
    expect(textOf(storage, 'progress.jsonl')).toBe('');
    await storage.write('progress.jsonl', `${JSON.stringify(progressOf(0))}\n{"generat`);
    await folderIn(storage).cutProgress(1);
    expect(generationsIn(storage)).toEqual([0]);
  });
});

describe('a run folder', () => {
  test('writes the checkpoint before the archive, so that an archive without one is a loss', async () => {
    const storage = new FailingStorage(() => false);
    await folderIn(storage).writeState(checkpoint.cells, checkpoint);
    expect(storage.written).toEqual(['checkpoint/state.json', 'lineage.json', 'archive.json']);
    expect(JSON.parse(textOf(storage, 'archive.json'))).toEqual(checkpoint.cells.map(withChecksum));
    expect(JSON.parse(textOf(storage, 'checkpoint/state.json'))).toEqual(withChecksum(checkpoint));
  });

  test('keeps the checkpoint before, also when the next one cannot be written', async () => {
    let full = false;
    const storage = new FailingStorage((_, path) => full && path === 'checkpoint/state.json');
    const folder = folderIn(storage);
    await folder.writeState(checkpoint.cells, checkpoint);
    await folder.writeState(checkpoint.cells, { ...checkpoint, generations: 3 });
    full = true;
    for (const generations of [4, 5])
      await expect(folder.writeState(checkpoint.cells, { ...checkpoint, generations })).rejects.toThrow(
        'no space left for checkpoint/state.json',
      );
    expect((await readCheckpoint(storage))?.record.generations).toBe(3);
  });

  test('names pictures by number, so that they sort, and by label', () => {
    const labels = ['n01443537 goldfish, Carassius auratus', '1', 'class 2', '½ Crème brûlée/x', '金魚', ''];
    expect(labels.map((_, number) => picturePath(runOf(labels, true), number))).toEqual([
      'images/0000-goldfish.png',
      'images/0001.png',
      'images/0002.png',
      'images/0003-1-2-Creme-brulee-x.png',
      'images/0004.png',
      'images/0005.png',
    ]);
    expect(picturePath(runOf(labels, true), 12_345)).toBe('images/12345.png');
  });

  test('of an older run, by number alone', () => {
    expect(picturePath(runOf(['goldfish']), 0)).toBe('images/0000.png');
  });

  test('is cleared of a run’s files and of nothing else', async () => {
    const storage = new MemoryStorage();
    const folder = folderIn(storage);
    const mine = [
      'notes.txt',
      'images/holiday.png',
      'images/deep/0001.png',
      'images/1.png',
      'images/0002.png',
      'frames/note.txt',
    ];
    const ascents = ['history.jsonl', 'trials.json', 'trials/0001/0003-conv5-1.png', 'trials/0000/0012.png'];
    const frames = ['frames/0000/0000.png', 'frames/0001/0016.png', 'animations/0001.gif', 'starts/0001.png'];
    const ours = [...ascents, ...frames, 'checkpoint/ascent.json', 'checkpoint/0-35.bin'];
    for (const path of [...mine, ...ours, 'grid.png', 'report.html', 'images/0001.png', 'summary.json'])
      await storage.write(path, 'x');
    folder.progress(progressOf(0));
    await folder.flushProgress();
    await folder.writeState(checkpoint.cells, checkpoint);
    await folder.clear((name) => name === '0001.png');
    expect([...storage.files.keys()].sort()).toEqual([...mine].sort());
  });
});

test.each([
  ['its record', (storage: MemoryStorage) => storage.write('run.json', textOf(storage, 'run.json')), true],
  ['no record', (storage: MemoryStorage) => storage.remove('run.json'), false],
  ['a damaged record', (storage: MemoryStorage) => storage.write('run.json', '{'), false],
])('of a run that is replaced, pictures go that %s names, and no others', async (_, change, goes) => {
  const storage = new MemoryStorage();
  await tinyRun({ storage });
  await storage.write('images/0777.png', 'a photograph');
  await change(storage);
  await tinyRun({ storage, settings: { ...tinySettings, classes: [3] } });
  expect(storage.files.has('images/0777.png')).toBe(true);
  expect(storage.files.has('images/0003.png')).toBe(true);
  expect(storage.files.has('images/0001.png')).toBe(!goes);
});

describe('a run whose pictures have numbers alone', () => {
  const labelled = {
    ...tinyModel(),
    labels: tinyModel().labels.map((_, index) => `n0000000${String(index)} name ${String(index)}, x`),
  };
  const imagesIn = ({ files }: MemoryStorage) =>
    [...files.keys()].filter((path) => path.startsWith('images/')).sort();

  test('keeps them when it is resumed; a new one has names', async () => {
    const storage = new MemoryStorage();
    const settings = { ...tinySettings, classes: [1, 3] };
    await tinyRun({ storage, settings, model: labelled });
    expect(imagesIn(storage)).toEqual(['images/0001-name-1.png', 'images/0003-name-3.png']);
    const record = JSON.parse(textOf(storage, 'run.json')) as Record<string, unknown>;
    expect(record['namedPictures']).toBe(true);
    const old = Object.entries(record).filter(([key]) => !['checksum', 'namedPictures'].includes(key));
    await storage.write('run.json', JSON.stringify(Object.fromEntries(old)));
    for (const path of imagesIn(storage)) {
      await storage.write(path.replace(/-name-\d/, ''), storage.files.get(path)!);
      await storage.remove(path);
    }
    await tinyRun({
      storage,
      model: labelled,
      resume: true,
      settings: { ...settings, generations: settings.generations + 20 },
    });
    expect(imagesIn(storage)).toEqual(['images/0001.png', 'images/0003.png']);
    expect((await readClaims(storage)).claims.map(({ picture }) => picture)).toEqual(imagesIn(storage));
    await tinyRun({ storage, settings, model: labelled });
    expect(imagesIn(storage)).toEqual(['images/0001-name-1.png', 'images/0003-name-3.png']);
  });
});
