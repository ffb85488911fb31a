/** Writes the pictures and tables of an ascent's folder. */
import { framePath, mostStrips, type AscentRow } from '../ascent/records.ts';
import { mostCompared, mostFrames, type Frame } from '../report/ascent-input.ts';
import { renderAscentReport } from '../report/ascent-report.ts';
import { shownTrials } from '../report/ascent-trials.ts';
import { rowName } from '../report/ascent-words.ts';
import { evenPlaces } from '../report/curves.ts';
import type { GridPicture } from '../report/grid.ts';
import { mostAtOnce } from '../report/picture-list.ts';
import { readAscent, type AscentFolder } from '../report/read-ascent.ts';
import type { Storage } from '../storage/storage.ts';
import { writeGrid } from './grid-file.ts';
import { pageScript, PagePictures, smallPng } from './page-pictures.ts';
import { runName } from './run-name.ts';
import { decodePicture, forGrid } from './run-pictures.ts';

/** @returns damaged lines of `progress.jsonl` */
export async function writeAscentReport(storage: Storage, name: string): Promise<number> {
  const run = await readAscent(storage, name);
  const compared = new Map<string, Uint8Array>();
  for (const { rows } of shownTrials(run.trials, run.summary)) {
    for (const { picture } of rows.slice(0, mostCompared)) await addSmall(storage, run, picture, compared);
  }
  const gathered = new PagePictures(run.rows.length);
  await writeGrid(storage, await gridPictures(storage, run, gathered));
  const pictures = await gathered.place(storage);
  const script = run.rows.length > mostAtOnce ? await pageScript() : undefined;
  const frames = new Map<number, readonly Frame[]>();
  for (let index = 0; index < Math.min(mostStrips, run.rows.length); index++)
    frames.set(index, await readStrip(storage, run, index));
  await storage.write(
    'report.html',
    renderAscentReport({
      ...run,
      name: runName(name),
      pictures,
      compared,
      frames,
      ...(script !== undefined && { script }),
    }),
  );
  return run.damagedLines;
}

/** The pictures of the archive for the grid; the page's own are added on the way, so that each is read once. */
async function gridPictures(
  storage: Storage,
  { run, rows }: AscentFolder,
  gathered: PagePictures,
): Promise<GridPicture[]> {
  const grid: GridPicture[] = [];
  for (const [index, row] of rows.entries()) {
    const bytes = await storage.read(row.picture);
    if (!bytes) continue;
    const image = decodePicture(bytes, row.picture, run.model);
    gathered.add(row.picture, bytes, image);
    const { label, confidence } = row;
    grid.push({
      ...forGrid(image, rows.length),
      label,
      caption: rowName(row, index, run.settings),
      confidence,
    });
  }
  return grid;
}

async function addSmall(
  storage: Storage,
  { run }: AscentFolder,
  path: AscentRow['picture'],
  pictures: Map<string, Uint8Array>,
): Promise<void> {
  const bytes = await storage.read(path);
  if (bytes) pictures.set(path, smallPng(decodePicture(bytes, path, run.model)));
}

/** The frames of an objective, a few of many. */
async function readStrip(storage: Storage, { run }: AscentFolder, objective: number): Promise<Frame[]> {
  const folder = framePath(objective, 0).replace(/\/[^/]*$/, '');
  const iterations = (await storage.list(folder))
    .flatMap((name) => (/^\d{4,9}\.png$/.test(name) ? [parseInt(name, 10)] : []))
    .sort((a, b) => a - b);
  const frames: Frame[] = [];
  for (const place of evenPlaces(iterations.length, mostFrames)) {
    const iteration = iterations[place] ?? 0;
    const path = framePath(objective, iteration);
    const bytes = await storage.read(path);
    if (bytes) frames.push({ iteration, png: smallPng(decodePicture(bytes, path, run.model)) });
  }
  return frames;
}
