/**
 * Draws pictures that a run folder lacks from the genomes of its archive. A run writes them at its end alone; one that was killed
 * has genomes, and pictures of an earlier end at most, of elites that it still has.
 */
import { createPopulation } from '../../genome/create-population.ts';
import { run as runProgram } from '../../gpu/program.ts';
import type { Gpu } from '../../gpu/device.ts';
import { imageWords, unpadPlanes } from '../../image/image-layout.ts';
import type { Storage } from '../../storage/storage.ts';
import { ResourceStack } from '../../util/resources.ts';
import { readRunKind } from '../read-files.ts';
import { picturePath, RunFolder, type EncodePicture } from './folder.ts';
import { readGenome } from './genome-files.ts';
import { readRun, RunFolderError, type SavedRun } from './read.ts';
import type { CellRecord } from './records.ts';

/** Cells that have no picture yet. */
export interface MissingPictures extends Pick<SavedRun, 'run'> {
  readonly cells: readonly CellRecord[];
}

/** Pictures that are drawn and written at a time. */
const mostAtATime = 32;

/**
 * Of a run that did not come to write them. One that did has a summary: what is missing of that was removed since.
 * @param name how messages call the folder
 * @throws RunFolderError when a record is missing, damaged, or contradicts another
 */
export async function missingPictures(storage: Storage, name?: string): Promise<MissingPictures | undefined> {
  if ((await readRunKind(storage, name)) === 'ascent' || (await storage.read('summary.json')))
    return undefined;
  const { run, cells } = await readRun(storage, name);
  const there = new Set((await storage.list('images')).map((file) => `images/${file}`));
  const missing = cells.filter(({ class: number }) => !there.has(picturePath(run, number)));
  return missing.length === 0 ? undefined : { run, cells: missing };
}

/**
 * Draws and writes them. No other process may write to the folder meanwhile.
 * @throws RunFolderError where a genome is missing or of no use
 */
export async function drawPictures(
  gpu: Gpu,
  storage: Storage,
  encode: EncodePicture,
  { run, cells }: MissingPictures,
): Promise<void> {
  const { settings, model } = run;
  const [, height, width] = model.image;
  const folder = new RunFolder(storage, encode, run);
  const size = Math.min(cells.length, mostAtATime);
  const bytes = 4 * imageWords(model.image);
  using held = new ResourceStack();
  const images = held.use(gpu.buffer('pictures of elites', bytes * size));
  const sizes = { size, cells: size, seed: settings.seed, extent: model.image, images };
  using population = await createPopulation(gpu, settings, sizes);
  for (let first = 0; first < cells.length; first += size) {
    const some = cells.slice(first, first + size);
    for (const [cell, { genome }] of some.entries())
      try {
        population.restore(cell, await readGenome(storage, genome));
      } catch (error) {
        if (error instanceof RangeError) throw new RunFolderError(`archive.json: ${error.message}`);
        throw error;
      }
    await population.show([...some.keys()]);
    runProgram(gpu, population.render());
    const drawn = new Uint8Array(await gpu.read(images, bytes * some.length));
    for (const [index, { class: number }] of some.entries()) {
      const padded = drawn.slice(bytes * index, bytes * (index + 1));
      await folder.writePicture(number, {
        extent: model.image,
        bytes: unpadPlanes(padded, height * width),
      });
    }
  }
}
