import { decode } from 'modern-gif';
import { expect, it } from 'vitest';
import { framePath } from '../../src/runs/ascent/film-strip.ts';
import { writeAnimations } from '../../src/node/animation.ts';
import { readStrip } from '../../src/node/read-strip.ts';
import { encodePng } from '../../src/node/image-file.ts';
import { ascentStorage, fakeAscent } from '../report/fake-ascent.ts';

const gray = (value: number, side = 28) =>
  encodePng({ extent: [1, side, side], bytes: new Uint8Array(side * side).fill(value) });

/** The best image of each objective is that of iteration 20, and has the byte 200. */
async function folderWith(iterations: readonly number[]) {
  const folder = fakeAscent({ steps: 40 });
  const rows = folder.rows.map((row) => ({ ...row, iteration: 20 }));
  const storage = await ascentStorage({ ...folder, rows });
  for (const iteration of iterations) await storage.write(framePath(1, iteration), gray(iteration));
  for (const { picture } of rows) await storage.write(picture, gray(200));
  return { storage, folder: { ...folder, rows } };
}

it('ends with the image that was delivered: worse ones of later iterations are left out', async () => {
  const { storage, folder } = await folderWith([0, 1, 2, 16, 32, 40]);
  const strip = await readStrip(storage, folder, 1);
  expect(strip.map(({ iteration, picture }) => [iteration, picture.bytes[0]])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [16, 16],
    [20, 200],
  ]);
  expect(await readStrip(storage, folder, 0)).toEqual([]);
});

it('makes a GIF of every film strip, its frames in the order of the iterations', async () => {
  const { storage } = await folderWith([16, 0, 2, 1]);
  expect(await writeAnimations(storage, 'this folder')).toBe(1);
  const bytes = storage.files.get('animations/0001.gif')!;
  expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe('GIF89a');
  const gif = decode(bytes.slice().buffer);
  expect([gif.width, gif.height]).toEqual([28, 28]);
  expect(gif.frames.map(({ delay }) => delay)).toEqual([250, 250, 250, 250, 1500]);
});

it('writes nothing where there are no strips', async () => {
  const { storage } = await folderWith([]);
  expect(await writeAnimations(storage, 'this folder')).toBe(0);
  expect([...storage.files.keys()].filter((path) => path.startsWith('animations'))).toEqual([]);
});
