/** Writes the pictures and tables of an ascent's folder. */
import { mostStrips } from '../runs/ascent/film-strip.ts';
import type { AscentRow } from '../runs/ascent/schema.ts';
import { isWatched } from '../ascent/settings.ts';
import type { AscentRunSettings } from '../runs/ascent/settings-schema.ts';
import {
  mostAttacksShown,
  mostCompared,
  mostFrames,
  type AscentReportInput,
  type EnlargedDifference,
  type Frame,
} from '../report/ascent-input.ts';
import { renderAscentReport } from '../report/ascent-report.ts';
import { shownTrials } from '../report/ascent-trials.ts';
import { formatValue, rowName } from '../report/ascent-words.ts';
import { evenPlaces } from '../report/curves.ts';
import { differenceOf } from '../report/difference.ts';
import { shortLabel } from '../report/format.ts';
import type { GridPicture } from '../report/grid.ts';
import type { PagePicture } from '../report/picture.ts';
import { mostAtOnce } from '../report/picture-list.ts';
import { readAscent, type SavedAscent } from '../runs/ascent/read.ts';
import type { Storage } from '../storage/storage.ts';
import { readStrip } from './read-strip.ts';
import { writeGrid } from './grid-file.ts';
import { encodePng } from './image-file.ts';
import { gatherPictures, pageScript, PagePictures, smallPng } from './page-pictures.ts';
import { runName } from './run-name.ts';
import { decodePicture, decodeWholePicture } from './run-pictures.ts';

/** @returns damaged lines of `progress.jsonl` */
export async function writeAscentReport(storage: Storage, name: string): Promise<number> {
  const run = await readAscent(storage, name);
  const compared = new Map<string, Uint8Array>();
  for (const { rows } of shownTrials(run.trials, run.summary)) {
    for (const { picture } of rows.slice(0, mostCompared)) await addSmall(storage, run, picture, compared);
  }
  const gathered = new PagePictures();
  await writeGrid(storage, await gridPictures(storage, run, gathered));
  const placed = await gathered.place(storage);
  const script = run.rows.length > mostAtOnce ? await pageScript() : undefined;
  const frames = new Map<number, readonly Frame[]>();
  for (let index = 0; index < Math.min(mostStrips, run.rows.length); index++)
    frames.set(index, await fewFrames(storage, run, index));
  await storage.write(
    'report.html',
    renderAscentReport({
      ...run,
      name: runName(name),
      ...placed,
      compared,
      frames,
      ...(await readChanges(storage, run)),
      ...(script !== undefined && { script }),
    }),
  );
  return run.damagedLines;
}

/** The pictures of the archive for the grid; the page's own are added on the way, so that each is read once. */
async function gridPictures(
  storage: Storage,
  { run, rows }: SavedAscent,
  gathered: PagePictures,
): Promise<GridPicture[]> {
  const grid: GridPicture[] = [];
  const paths = rows.map(({ picture }) => picture);
  for await (const [index, image] of gatherPictures(gathered, storage, paths, run.model)) {
    const row = rows[index];
    if (row) grid.push({ ...image, ...captionOf(row, index, run.settings) });
  }
  return grid;
}

/** What a picture was named before and after, what it is of and how sure the network is, or its value. */
function captionOf(
  row: AscentRow,
  index: number,
  settings: AscentRunSettings,
): Pick<GridPicture, 'label' | 'caption' | 'confidence' | 'note'> {
  const { label, confidence, attack } = row;
  if (attack?.success !== undefined) {
    const { before, after } = attack;
    const caption = `${shortLabel(before.label)} > ${shortLabel(after.label)}`;
    return { label: after.label, caption, confidence: after.confidence };
  }
  const note = isWatched(settings, index) ? {} : { note: formatValue(row.value) };
  return { label, caption: rowName(row, index, settings), confidence, ...note };
}

/** Bytes of starts and differences that a page holds; of more, it names the files. */
const mostHeld = 2_000_000;

/** What the page's adversarial examples started from, and what was changed of it, which is written beside it. */
async function readChanges(
  storage: Storage,
  { run, rows }: SavedAscent,
): Promise<Pick<AscentReportInput, 'starts' | 'differences'>> {
  const starts = new Map<string, PagePicture>();
  const differences = new Map<string, EnlargedDifference>();
  let bytes = 0;
  /** Where it lies, once the page holds enough. */
  const held = (png: Uint8Array, file: string): PagePicture => {
    bytes += png.length;
    return bytes > mostHeld ? { png, file, whole: file } : { png };
  };
  for (const { attack, picture } of rows.filter((row) => row.attack).slice(0, mostAttacksShown)) {
    const before = attack && (await storage.read(attack.start));
    const after = await storage.read(picture);
    if (!before) continue;
    if (!starts.has(attack.start)) starts.set(attack.start, held(before, attack.start));
    if (!after) continue;
    const start = decodeWholePicture(before, attack.start, run.model);
    const { picture: change, times } = differenceOf(start, decodeWholePicture(after, picture, run.model));
    const file = picture.replace(/^.*\//, 'differences/');
    const png = encodePng(change);
    await storage.write(file, png);
    differences.set(picture, { picture: held(png, file), times });
  }
  return { starts, differences };
}

async function addSmall(
  storage: Storage,
  { run }: SavedAscent,
  path: AscentRow['picture'],
  pictures: Map<string, Uint8Array>,
): Promise<void> {
  const bytes = await storage.read(path);
  if (bytes) pictures.set(path, smallPng(decodePicture(bytes, path, run.model)));
}

/** The frames of an objective, a few of many. */
async function fewFrames(storage: Storage, folder: SavedAscent, objective: number): Promise<Frame[]> {
  const strip = await readStrip(storage, folder, objective);
  return evenPlaces(strip.length, mostFrames).flatMap((place) => {
    const frame = strip[place];
    return frame ? [{ iteration: frame.iteration, png: smallPng(frame.picture) }] : [];
  });
}
