/** Writes the pictures and tables of a run folder. */
import { picturePath } from '../runs/evolution/folder.ts';
import type { GridPicture } from '../report/grid.ts';
import { mostAtOnce } from '../report/picture-list.ts';
import type { PagePicture } from '../report/picture.ts';
import type { SheetPicture } from '../report/picture-sheet.ts';
import { readLineage } from '../runs/evolution/read-lineage.ts';
import { readRun } from '../runs/evolution/read.ts';
import { renderReport } from '../report/evolution-report.ts';
import { damagedLinesAre, readRunKind } from '../runs/read-files.ts';
import type { Storage } from '../storage/storage.ts';
import { writeAscentReport } from './ascent-report-files.ts';
import { writeGrid } from './grid-file.ts';
import { gatherPictures, pageScript, PagePictures } from './page-pictures.ts';
import { runName } from './run-name.ts';

/**
 * Makes `grid.png` and `report.html` from the records and pictures of a folder of either kind; of many pictures,
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
  const gathered = new PagePictures();
  const grid: GridPicture[] = [];
  const paths = run.cells.map((cell) => picturePath(run.run, cell.class));
  for await (const [index, image] of gatherPictures(gathered, storage, paths, run.run.model)) {
    const cell = run.cells[index];
    if (cell) grid.push({ ...image, label: cell.label, confidence: cell.confidence });
  }
  await writeGrid(storage, grid);
  const { pictures: placed, sheets } = await gathered.place(storage);
  const pictures = new Map<number, PagePicture | SheetPicture>();
  for (const { class: number } of run.cells) {
    const picture = placed.get(picturePath(run.run, number));
    if (picture) pictures.set(number, picture);
  }
  const page = renderReport({
    ...run,
    name: runName(name),
    pictures,
    sheets,
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
