/** Pictures are written at a run's end alone: whatever happens before, one that is there is that of the archive's elite. */
import { expect, test } from 'vitest';
import { encodePng } from '../../../src/node/image-file.ts';
import { drawPictures, missingPictures } from '../../../src/runs/evolution/draw-pictures.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import type { MemoryStorage } from '../../../src/storage/storage.ts';
import { openTestGpu } from '../../gpu.ts';
import { copyOf, RecordingStorage } from './failing-storage.ts';
import { tinyColourModel, tinyModel, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';
import { covering } from '../../support/full.ts';

const pathOf = (number: number) => `images/${String(number).padStart(4, '0')}.png`;
const picturesIn = ({ files }: MemoryStorage) =>
  [...files.keys()].filter((path) => path.startsWith('images/'));

const kinds = [
  { encoding: 'cppn', genomes: 'graphs', model: tinyModel() },
  { encoding: 'cppn', genomes: 'graphs in colour', model: tinyModel([3, 9, 14], 3) },
  { encoding: 'direct', genomes: 'genes in JSON', model: tinyModel() },
  { encoding: 'direct', genomes: 'files', model: tinyColourModel() },
] as const;

/** Draws what a copy of the files lacks, as if no picture were there. */
async function allDrawn(files: ReadonlyMap<string, Uint8Array>): Promise<MemoryStorage> {
  const storage = copyOf(files);
  for (const path of [...picturesIn(storage), 'summary.json']) storage.files.delete(path);
  const missing = await missingPictures(storage);
  if (missing) await drawPictures(await openTestGpu(), storage, encodePng, missing);
  return storage;
}

// Files of genomes take longest.
test.each(covering(kinds, kinds.slice(0, 3)))(
  'a run of the $encoding encoding with $genomes has at no moment a picture of another elite than its archive’s',
  async ({ encoding, model }) => {
    const settings = { ...tinySettings, encoding };
    const first = new RecordingStorage();
    await tinyRun({ model, storage: first, settings });
    // Pictures of the first end lie there when it is made longer.
    const longer = new RecordingStorage();
    for (const [path, bytes] of first.files) longer.files.set(path, bytes);
    await tinyRun({ model, storage: longer, settings: { ...settings, generations: 14 }, resume: true });
    let [some, removed] = [0, 0];
    for (const files of [...first.moments, ...longer.moments]) {
      if (!files.has('archive.json')) continue;
      const drawn = await allDrawn(files);
      const there = picturesIn(copyOf(files));
      for (const path of there) expect(files.get(path), path).toEqual(drawn.files.get(path));
      if (there.length > 0) some++;
      if (there.length > 0 && there.length < model.labels.length) removed++;
    }
    expect(some).toBeGreaterThan(3);
    expect(removed).toBeGreaterThan(0);
  },
);

test('a run that was killed has no pictures, and those that are drawn are those that it would have written', async () => {
  const storage = new RecordingStorage();
  await tinyRun({ storage });
  const killed = copyOf(
    storage.moments.findLast((files) => !files.has(pathOf(0)) && files.has('archive.json'))!,
  );
  expect(picturesIn(killed)).toEqual([]);
  const missing = await missingPictures(killed);
  expect(missing?.cells.map(({ class: number }) => number)).toEqual([0, 1, 2, 3, 4]);
  await drawPictures(await openTestGpu(), killed, encodePng, missing!);
  const { cells } = await readRun(storage);
  for (const { class: number } of cells)
    expect(killed.files.get(pathOf(number))).toEqual(storage.files.get(pathOf(number)));
  expect(await missingPictures(killed)).toBeUndefined();
});

test('a picture that was removed of a run that ended is not taken for one that is yet to be drawn', async () => {
  const storage = new RecordingStorage();
  await tinyRun({ storage });
  storage.files.delete(pathOf(2));
  expect(await missingPictures(storage)).toBeUndefined();
});
