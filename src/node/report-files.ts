/** Writes the pictures and tables of a run folder. */
import { picturePath } from '../evolution/run-folder.ts';
import type { GridPicture } from '../report/grid.ts';
import { readRun } from '../report/read-run.ts';
import { renderReport } from '../report/report.ts';
import { damagedLinesAre, readRunKind } from '../report/run-files.ts';
import type { Storage } from '../storage/storage.ts';
import { writeAscentReport } from './ascent-report-files.ts';
import { writeGrid } from './grid-file.ts';
import { decodePicture, forGrid } from './run-pictures.ts';

/**
 * Makes `grid.png` and `report.html` from the records and pictures of a folder of either kind.
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
  const pictures = new Map<number, Uint8Array>();
  const grid: GridPicture[] = [];
  for (const { class: number, label, confidence } of run.cells) {
    const path = picturePath(run.run, number);
    const bytes = await storage.read(path);
    if (!bytes) continue;
    pictures.set(number, bytes);
    grid.push({ ...forGrid(decodePicture(bytes, path, run.run.model), run.cells.length), label, confidence });
  }
  await writeGrid(storage, grid);
  await storage.write('report.html', renderReport({ ...run, pictures }));
  return run.damagedLines;
}
