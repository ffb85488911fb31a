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
  await storage.write(path, encodePng(composeGrid(pictures, options)));
}
