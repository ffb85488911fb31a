/** `grid.png`: the pictures of a run in one. */
import { composeGrid, planesOf, type GridPicture } from '../report/grid.ts';
import type { Storage } from '../storage/storage.ts';
import { encodePng } from './image-file.ts';

/** Writes nothing where there is no picture. */
export async function writeGrid(storage: Storage, pictures: readonly GridPicture[]): Promise<void> {
  if (pictures.length === 0) return;
  const { width, height, rgb } = composeGrid(pictures);
  await storage.write('grid.png', encodePng({ pixels: planesOf(rgb), channels: 3, height, width }));
}
