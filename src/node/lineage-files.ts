/** Writes an elite's ancestry into its run folder: a page, and the ancestors' pictures as a film strip and as a GIF. */
import { byId, lineTo, stepsOf, type Step } from '../evolution/lineage.ts';
import { lineagePath, picturePath } from '../runs/evolution/folder.ts';
import type { CellRecord, RunRecord } from '../runs/evolution/records.ts';
import type { Replayed } from '../runs/evolution/replay.ts';
import { shortLabel } from '../report/format.ts';
import type { GridPicture } from '../report/grid.ts';
import { renderLineage, type LineageInput, type LineagePicture } from '../report/lineage-page.ts';
import { placesToShow } from '../report/lineage-places.ts';
import { readLineage } from '../runs/evolution/read-lineage.ts';
import { readRun, RunFolderError } from '../runs/evolution/read.ts';
import { shrink } from '../image/shrink.ts';
import type { Storage } from '../storage/storage.ts';
import { gifOf } from './animation.ts';
import { writeGrid } from './grid-file.ts';
import type { Image } from '../image/image.ts';
import { encodePng } from './image-file.ts';
import { runName } from './run-name.ts';
import { decodePicture, forGrid } from './run-pictures.ts';
import { SentenceError, sentence, setting } from '../util/sentence.ts';

/** Longest side in pixels of pictures that the page shows, and of the GIF's. */
const pageSide = 96;
const gifSide = 256;
const stripColumns = 12;

const resumed = setting('resumedEvolution', { command: 'fool evolve' });

/** A line drawn again does not end in the picture that the run has. */
export class ReplayError extends SentenceError {
  override readonly name = 'ReplayError';
}

/** What is known of an elite's ancestry. */
export interface FoundLine extends Omit<LineageInput, 'pictures'> {
  /** Why it cannot be replayed, in a sentence; undefined where it can. */
  readonly obstacle: string | undefined;
}

/**
 * @param storage the run folder
 * @param name how messages call the folder
 * @param classOf the class that is asked for; may throw for one that the run's model does not have
 * @throws RunFolderError where the folder has no such elite, or no ancestry that fits its archive
 */
export async function findLine(
  storage: Storage,
  name: string,
  classOf: (labels: readonly string[]) => number,
): Promise<FoundLine> {
  const { run, cells } = await readRun(storage, name);
  const wanted = classOf(run.model.labels);
  const cell = cells.find((one) => one.class === wanted);
  if (!cell) {
    const there = cells.map((one) => one.class).join(', ');
    throw new RunFolderError(`${name} has no cell of class ${String(wanted)}; it has ${there}`);
  }
  const { ancestors, problem } = await readLineage(storage, run, cells);
  if (!ancestors)
    throw new RunFolderError(
      problem === undefined
        ? sentence`${name} has no ${lineagePath}: an earlier version made it, or the file was removed; "${resumed}" keeps the ancestry from there on`
        : sentence`${problem}; "${resumed}" writes it anew`,
    );
  const steps = stepsOf(lineTo(byId(ancestors), cell.id), cell.class);
  const shown = placesToShow(steps);
  return { name: runName(name), run, cells, ancestors, cell, steps, shown, obstacle: obstacleOf(steps) };
}

function obstacleOf([first]: readonly Step[]): string | undefined {
  if (first?.ancestor.parent === null) return undefined;
  const from = String(first?.ancestor.generation ?? 0);
  return `The ancestors cannot be drawn: the line is known from generation ${from} on only, since the run was resumed there without its ancestry, and a replay begins in generation 0.`;
}

/**
 * Writes `lineage-CLASS.html`, and where there are pictures, `.png` and `.gif` beside it.
 * @param replayed of the places that are shown; undefined where there is an obstacle
 * @returns paths in the folder
 * @throws ReplayError where the last of them is not the elite's own picture
 */
export async function writeLineage(
  storage: Storage,
  found: FoundLine,
  replayed: readonly Replayed[] | undefined,
): Promise<string[]> {
  const base = `lineage-${String(found.cell.class)}`;
  const page = `${base}.html`;
  if (!replayed) {
    await storage.write(page, renderLineage({ ...found, pictures: found.obstacle ?? '' }));
    return [page];
  }
  await checkLast(storage, found, replayed);
  const frames = replayed.map(({ bytes }) => frameOf(found.run, bytes));
  const columns = { columns: Math.min(stripColumns, frames.length) };
  const captions = frames.map((frame, index): GridPicture => {
    const step = found.steps[found.shown[index] ?? 0];
    const label = found.run.model.labels[step?.class ?? 0] ?? '';
    const caption = `${String(step?.ancestor.generation ?? 0)} ${shortLabel(label)}`;
    const confidence = replayed[index]?.confidences[step?.class ?? 0] ?? 0;
    return { ...forGrid(frame, frames.length, frame, columns), label, caption, confidence };
  });
  await writeGrid(storage, captions, `${base}.png`, columns);
  await storage.write(`${base}.gif`, await gifOf(frames.map((frame) => shrink(frame, gifSide))));
  const pictures = replayed.map(({ confidences }, index) =>
    pictureOf(frames[index] ?? frameOf(found.run, new Uint8Array()), confidences),
  );
  await storage.write(page, renderLineage({ ...found, pictures }));
  return [page, `${base}.png`, `${base}.gif`];
}

const frameOf = ({ model }: RunRecord, bytes: Uint8Array<ArrayBuffer>): Image => ({
  extent: model.image,
  bytes,
});

function pictureOf(frame: Image, confidences: Float32Array): LineagePicture {
  const confidence = confidences.reduce((most, value) => Math.max(most, value), 0);
  return { png: encodePng(shrink(frame, pageSide)), named: confidences.indexOf(confidence), confidence };
}

/** The proof that the line is the elite's: another genome anywhere in it would end in another picture. */
async function checkLast(
  storage: Storage,
  { run, cell }: { readonly run: RunRecord; readonly cell: CellRecord },
  replayed: readonly Replayed[],
): Promise<void> {
  const path = picturePath(run, cell.class);
  const bytes = await storage.read(path);
  if (!bytes) throw new RunFolderError(sentence`${path} is missing: "${resumed}" draws it again`);
  const own = decodePicture(bytes, path, run.model);
  const last = replayed.at(-1)?.bytes ?? new Uint8Array();
  const different = own.bytes.filter((value, index) => value !== last[index]).length;
  if (own.bytes.length === last.length && different === 0) return;
  throw new ReplayError(
    sentence`the ancestry of class ${String(cell.class)}, bred and drawn again, does not end in ${path}: ${String(different)} of ${String(own.bytes.length)} bytes differ. The run was made on ${run.adapter.description}; another adapter, driver or version may round otherwise (${setting('adapter')})`,
  );
}
