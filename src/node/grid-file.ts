/** `grid.png`: the pictures of a run in one; film strips are the same with other columns. */
import { composeGrid, type GridOptions, type GridPicture } from '../report/grid.ts';
import type { Storage } from '../storage/storage.ts';
import { encodePng } from './image-file.ts';

/** Writes nothing where there is no picture. */
export async function writeGrid(
  storage: Storage,
  pictures: readonly GridPicture[],
  path = 'grid.png',
  options: GridOptions = {},
): Promise<void> {
  if (pictures.length === 0) return;
  const { width, height, rgb } = composeGrid(pictures, options);
  await storage.write(path, encodePng({ pixels: planesOf(rgb), channels: 3, height, width }));
}

/** [height, width, 3] → [3, height, width]. */
function planesOf(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const plane = rgb.length / 3;
  const planes = new Uint8Array(rgb.length);
  for (let index = 0; index < rgb.length; index++)
    planes[(index % 3) * plane + Math.floor(index / 3)] = rgb[index] ?? 0;
  return planes;
}
