/** Film strips as animated GIFs. */
import { encode } from 'modern-gif';
import { framePath, mostStrips } from '../ascent/records.ts';
import type { Storage } from '../storage/storage.ts';
import { decodeImage, type ImageBytes } from './image-file.ts';

/** Milliseconds that a frame is shown, and the last one. */
const delay = 250;
const lastDelay = 1500;

/** Frames are far smaller; what is larger is none of ours. */
const largest = { height: 1024, width: 1024 };

/** Writes `animations/0012.gif` of every film strip in the folder. @returns how many there are */
export async function writeAnimations(storage: Storage): Promise<number> {
  let written = 0;
  for (let objective = 0; objective < mostStrips; objective++) {
    const folder = framePath(objective, 0).replace(/\/[^/]*$/, '');
    const names = (await storage.list(folder)).filter((name) => /^\d{4,}\.png$/.test(name));
    const frames: ImageBytes[] = [];
    for (const name of names.sort((a, b) => parseInt(a, 10) - parseInt(b, 10))) {
      const path = `${folder}/${name}`;
      const bytes = await storage.read(path);
      if (bytes) frames.push(decodeImage(bytes, path, largest));
    }
    if (frames.length === 0) continue;
    await storage.write(`animations/${folder.replace(/^.*\//, '')}.gif`, await gifOf(frames));
    written++;
  }
  return written;
}

/** @param frames of one size, at least one */
export async function gifOf(frames: readonly ImageBytes[]): Promise<Uint8Array> {
  const { width = 1, height = 1 } = frames[0] ?? {};
  const shown = frames.map((frame, index) => ({
    data: rgbaOf(frame),
    delay: index === frames.length - 1 ? lastDelay : delay,
  }));
  return new Uint8Array(await encode({ width, height, frames: shown }));
}

/** [channels, height, width] → [height, width, 4]. */
function rgbaOf({ pixels, channels, height, width }: ImageBytes): Uint8Array<ArrayBuffer> {
  const plane = height * width;
  const rgba = new Uint8Array(4 * plane).fill(255);
  for (let pixel = 0; pixel < plane; pixel++)
    for (let channel = 0; channel < 3; channel++)
      rgba[4 * pixel + channel] = pixels[Math.min(channel, channels - 1) * plane + pixel] ?? 0;
  return rgba;
}
