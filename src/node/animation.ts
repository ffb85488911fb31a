/** Film strips as animated GIFs. */
import { encode } from 'modern-gif';
import { mostStrips } from '../runs/ascent/film-strip.ts';
import { readAscent } from '../runs/ascent/read.ts';
import type { Storage } from '../storage/storage.ts';
import { readStrip } from './read-strip.ts';
import { interleaved, type Image } from '../image/image.ts';

/** Milliseconds that a frame is shown, and the last one. */
const delay = 250;
const lastDelay = 1500;

/**
 * Writes `animations/0012.gif` of every film strip in the folder.
 * @param name how messages call the folder
 * @returns how many there are
 * @throws RunFolderError where the folder is no ascent's, or damaged
 */
export async function writeAnimations(storage: Storage, name: string): Promise<number> {
  const folder = await readAscent(storage, name);
  let written = 0;
  for (let objective = 0; objective < Math.min(mostStrips, folder.rows.length); objective++) {
    const strip = await readStrip(storage, folder, objective);
    if (strip.length === 0) continue;
    const path = `animations/${String(objective).padStart(4, '0')}.gif`;
    await storage.write(path, await gifOf(strip.map(({ picture }) => picture)));
    written++;
  }
  return written;
}

/** @param frames of one size, at least one */
export async function gifOf(frames: readonly Image[]): Promise<Uint8Array> {
  const [, height, width] = frames[0]?.extent ?? [1, 1, 1];
  const shown = frames.map((frame, index) => ({
    data: interleaved(frame, 4),
    delay: index === frames.length - 1 ? lastDelay : delay,
  }));
  return new Uint8Array(await encode({ width, height, frames: shown }));
}
