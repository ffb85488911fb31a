/** Writes the pictures and tables of a run folder. */
import { picturePath } from '../evolution/run-folder.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { readRun } from '../report/read-run.ts';
import { renderReport } from '../report/report.ts';
import type { Storage } from '../storage/storage.ts';
import { decodeImage, encodePng } from './image-file.ts';

/** Makes `grid.png` and `report.html` from the records and pictures of the folder. */
export async function writeReport(storage: Storage, name: string): Promise<void> {
  const run = await readRun(storage, name);
  const pictures = new Map<number, Uint8Array>();
  const grid: GridPicture[] = [];
  for (const { class: number, label, confidence } of run.cells) {
    const path = picturePath(number);
    const bytes = await storage.read(path);
    if (!bytes) continue;
    pictures.set(number, bytes);
    grid.push({ ...decodeImage(bytes, path), label, confidence });
  }
  if (grid.length > 0) {
    const { width, height, rgb } = composeGrid(grid);
    await storage.write('grid.png', encodePng({ pixels: planesOf(rgb), channels: 3, height, width }));
  }
  await storage.write('report.html', renderReport({ ...run, pictures }));
}

/** [height, width, 3] → [3, height, width]. */
function planesOf(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const plane = rgb.length / 3;
  const planes = new Uint8Array(rgb.length);
  for (let index = 0; index < rgb.length; index++)
    planes[(index % 3) * plane + Math.floor(index / 3)] = rgb[index] ?? 0;
  return planes;
}
