/** Pictures that threads decode. */
import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { encodePng, ImageFileError } from '../../src/node/image-file.ts';
import { smallPictureOf, smallPictures, type SmallPicture } from '../../src/node/small-pictures.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

const image = [3, 200, 200] as const;
/** So that two threads are worth it. */
const valuesOfThread = 4e6;
const paths = Array.from({ length: 90 }, (_, index) => `images/${String(index)}.png`);
const storage = new MemoryStorage();
for (const [index, path] of paths.entries()) {
  const bytes = Uint8Array.from({ length: 3 * 200 * 200 }, (_, at) => (at * (index + 1)) >> 7);
  if (index !== 40) await storage.write(path, encodePng({ extent: image, bytes }));
}
/** Short, since comparing millions of values takes long. */
function digest(index: number, path: string, { page, smaller, grid }: SmallPicture) {
  const [ofPage, ofGrid] = [page, grid].map(({ extent, bytes }) => [
    extent.join(' × '),
    createHash('sha256').update(bytes).digest('hex'),
  ]);
  return { index, path, smaller, ofPage, ofGrid };
}

async function gathered(from: MemoryStorage, size: readonly [1 | 3, number, number] = image) {
  const found: ReturnType<typeof digest>[] = [];
  for await (const one of smallPictures(from, paths, size, valuesOfThread)) found.push(digest(...one));
  return found;
}

/** What each of them is by itself. */
const expected = paths.flatMap((path, index) => {
  const bytes = storage.files.get(path);
  return bytes ? [digest(index, path, smallPictureOf(bytes, path, { image, count: paths.length }))] : [];
});

/** While the work is done, threads that are started are treated so; their number. */
async function treating(treat: (worker: Worker) => void, work: () => Promise<void>): Promise<number> {
  let count = 0;
  const each = (worker: Worker) => {
    count++;
    treat(worker);
  };
  process.on('worker', each);
  try {
    await work();
  } finally {
    process.off('worker', each);
  }
  return count;
}

test('come in their order, as one by one, and those that are not there are left out', async () => {
  const threads = await treating(
    () => undefined,
    async () => {
      expect(await gathered(storage)).toEqual(expected);
    },
  );
  expect(threads).toBe(availableParallelism() > 1 ? Math.min(availableParallelism(), 2) : 0);
});

test('are decoded here where threads end', async () => {
  await treating(
    (worker) => {
      worker.postMessage(null);
    },
    async () => {
      expect(await gathered(storage)).toEqual(expected);
    },
  );
});

test('are refused where one is damaged, or larger than the run’s, and nothing fails unheard', async () => {
  const damaged = new MemoryStorage();
  for (const [path, bytes] of storage.files) damaged.files.set(path, bytes);
  for (const number of [50, 51, 70])
    damaged.files.set(`images/${String(number)}.png`, storage.files.get('images/1.png')!.slice(0, 300));
  await expect(gathered(damaged)).rejects.toThrow(ImageFileError);
  await expect(gathered(damaged)).rejects.toThrow(/^images\/50\.png/);
  await expect(gathered(storage, [3, 199, 200])).rejects.toThrow(/^images\/0\.png/);
  // Later than the last of them was looked at.
  await new Promise((resolve) => setTimeout(resolve));
});

test('may be left before the end', async () => {
  for await (const [index] of smallPictures(storage, paths, image, valuesOfThread)) if (index === 3) break;
  expect(await gathered(storage)).toEqual(expected);
});
