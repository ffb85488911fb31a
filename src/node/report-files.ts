/** Writes the pictures and tables of a run folder. */
import { picturePath } from '../runs/evolution/folder.ts';
import type { GridPicture } from '../report/grid.ts';
import { mostAtOnce } from '../report/picture-list.ts';
import type { PagePicture } from '../report/picture.ts';
import { readLineage } from '../runs/evolution/read-lineage.ts';
import { readRun } from '../runs/evolution/read.ts';
import { renderReport } from '../report/evolution-report.ts';
import { damagedLinesAre, readRunKind } from '../runs/read-files.ts';
import type { Storage } from '../storage/storage.ts';
import { writeAscentReport } from './ascent-report-files.ts';
import { writeGrid } from './grid-file.ts';
import { pageScript, PagePictures } from './page-pictures.ts';
import { runName } from './run-name.ts';
import { decodePicture, forGrid } from './run-pictures.ts';

/**
 * Makes `grid.png` and `report.html` from the records and pictures of a folder of either kind; of many large pictures,
 * `thumbnails/` as well.
 * @param name path of the folder, whose last part the page calls the run
 * @returns what was left out because it is damaged, in sentences
 */
export async function writeReport(storage: Storage, name: string): Promise<string[]> {
  const write = (await readRunKind(storage, name)) === 'ascent' ? writeAscentReport : writeEvolutionReport;
  const damagedLines = await write(storage, name);
  return damagedLines > 0 ? [`progress.jsonl: ${damagedLinesAre(damagedLines)} passed over`] : [];
}

/** @returns damaged lines of `progress.jsonl` */
async function writeEvolutionReport(storage: Storage, name: string): Promise<number> {
  const run = await readRun(storage, name);
  const count = run.cells.length;
  const script = count > mostAtOnce ? await pageScript() : undefined;
  const gathered = new PagePictures(count);
  const grid: GridPicture[] = [];
  for (const { class: number, label, confidence } of run.cells) {
    const path = picturePath(run.run, number);
    const bytes = await storage.read(path);
    if (!bytes) continue;
    const image = decodePicture(bytes, path, run.run.model);
    gathered.add(path, bytes, image);
    grid.push({ ...forGrid(image, count), label, confidence });
  }
  await writeGrid(storage, grid);
  const placed = await gathered.place(storage);
  const pictures = new Map<number, PagePicture>();
  for (const { class: number } of run.cells) {
    const picture = placed.get(picturePath(run.run, number));
    if (picture) pictures.set(number, picture);
  }
  const page = renderReport({
    ...run,
    name: runName(name),
    pictures,
    lineage: await readLineage(storage, run.run, run.cells),
    lineagePages: await lineagePages(storage),
    ...(script !== undefined && { script }),
  });
  await storage.write('report.html', page);
  return run.damagedLines;
}

async function lineagePages(storage: Storage): Promise<number[]> {
  const names = await storage.list('');
  return names.flatMap((name) => {
    const number = /^lineage-(\d+)\.html$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}
