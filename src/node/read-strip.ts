/** The film strip of an objective as its readers see it: small pictures of the way, and the one that was delivered at its end. */
import { frameOf, framePath } from '../runs/ascent/film-strip.ts';
import type { SavedAscent } from '../runs/ascent/read.ts';
import type { Storage } from '../storage/storage.ts';
import type { Image } from '../image/image.ts';
import { decodePicture } from './run-pictures.ts';

export interface StripFrame {
  readonly iteration: number;
  readonly picture: Image;
}

/**
 * Frames of iterations after that of the image that was delivered are left out: they are worse.
 * @returns none where the run keeps no strip of the objective
 * @throws ImageFileError for a frame that is damaged, or larger than the run's pictures are
 */
export async function readStrip(
  storage: Storage,
  { run, rows }: Pick<SavedAscent, 'run' | 'rows'>,
  objective: number,
): Promise<StripFrame[]> {
  const row = rows[objective];
  const folder = framePath(objective, 0).replace(/\/[^/]*$/, '');
  const iterations = (await storage.list(folder))
    .flatMap((name) => (/^\d{4,9}\.png$/.test(name) ? [parseInt(name, 10)] : []))
    .sort((a, b) => a - b);
  if (!row || iterations.length === 0) return [];
  const frames: StripFrame[] = [];
  for (const iteration of iterations.filter((one) => one < row.iteration)) {
    const path = framePath(objective, iteration);
    const bytes = await storage.read(path);
    if (bytes) frames.push({ iteration, picture: decodePicture(bytes, path, run.model) });
  }
  const delivered = await storage.read(row.picture);
  if (delivered)
    frames.push({
      iteration: row.iteration,
      picture: frameOf(decodePicture(delivered, row.picture, run.model)),
    });
  return frames;
}
