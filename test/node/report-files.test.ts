import { describe, expect, it } from 'vitest';
import { framePath } from '../../src/runs/ascent/film-strip.ts';
import { decodeImage, encodePng } from '../../src/node/image-file.ts';
import { writeReport } from '../../src/node/report-files.ts';
import type { MemoryStorage } from '../../src/storage/storage.ts';
import { ascentStorage, fakeAscent, type FakeAscent } from '../report/fake-ascent.ts';
import { picturePath } from '../../src/runs/evolution/folder.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import { fakeRun, storageOf } from '../report/fake-run.ts';
import { parsePage, type PageElement } from '../report/page.ts';
import { sized } from '../support/run-folders.ts';
import { full } from '../support/full.ts';

const png = (size: number, value: number) =>
  encodePng({ extent: [1, size, size], bytes: new Uint8Array(size * size).fill(value) });

/** The report of an ascent whose pictures are of so many pixels a side, and the storage that it lies in. */
async function written(
  fake: FakeAscent,
  size: number,
  prepare: (storage: MemoryStorage) => Promise<void> = () => Promise.resolve(),
) {
  const { run, ...rest } = fakeAscent({ steps: 5, ...fake });
  const folder = { ...rest, run: { ...run, model: { ...run.model, image: [1, size, size] as const } } };
  const storage = await ascentStorage(folder);
  for (const [index, { picture }] of [...folder.rows, ...folder.trials.flatMap(({ rows }) => rows)].entries())
    await storage.write(picture, png(size, index % 256));
  await prepare(storage);
  await writeReport(storage, 'runs/one');
  const page = new TextDecoder().decode(storage.files.get('report.html'));
  return { storage, document: parsePage(page) };
}

const embedded = (document: PageElement, selector: string) =>
  [...document.querySelectorAll(`${selector} img`)].map((image) => {
    const [, base64 = ''] = image.getAttribute('src')?.split(',') ?? [];
    return decodeImage(Buffer.from(base64, 'base64'), 'embedded');
  });

describe("the report of an evolution's folder", () => {
  it('names files of smaller pictures where many are large, and removes those of an earlier report', async () => {
    const input = sized(fakeRun({ classes: 31, encoding: 'direct', generations: 1 }), [3, 160, 160]);
    const storage = await storageOf(input);
    for (const { class: number } of input.cells)
      await storage.write(picturePath(input.run, number), noise([3, 160, 160], number));
    await storage.write('thumbnails/0099.png', 'of an earlier run');
    await storage.write('thumbnails/mine.png', 'of somebody');
    await writeReport(storage, 'runs/one');
    const page = new TextDecoder().decode(storage.files.get('report.html'));
    expect(page.length).toBeLessThan(150_000);
    const links = [...parsePage(page).querySelectorAll('.elite a')];
    expect(links.map((link) => link.getAttribute('href'))).toEqual(
      input.cells.map((cell) => picturePath(input.run, cell.class)),
    );
    const sources = links.map((link) => link.querySelector('img')?.getAttribute('src') ?? '');
    const names = await storage.list('thumbnails');
    expect([...sources, 'thumbnails/mine.png'].sort()).toEqual(
      names.map((name) => `thumbnails/${name}`).sort(),
    );
    const {
      extent: [, height, width],
    } = decodeImage(storage.files.get(sources[30]!)!, 'thumbnail');
    expect([height, width]).toEqual([128, 128]);
  });
});

/** A picture that no encoder makes small. */
function noise([channels, height, width]: readonly [1 | 3, number, number], seed: number): Uint8Array {
  const random = RandomStream.of(seed);
  const pixels = Uint8Array.from({ length: channels * height * width }, () => random.below(256));
  return encodePng({ extent: [channels, height, width], bytes: pixels });
}

describe("the report of an ascent's folder", () => {
  it('embeds a few pictures as they are, and lays them in a grid', async () => {
    const { storage, document } = await written({}, 120);
    const images = embedded(document, '.elite');
    expect(images.map(({ extent }) => extent[2])).toEqual([120, 120, 120]);
    expect(images.map(({ bytes: pixels }) => pixels[0])).toEqual([0, 1, 2]);
    const grid = decodeImage(storage.files.get('grid.png')!, 'grid.png');
    expect([grid.extent[0], grid.extent[2]]).toEqual([3, 3 * (120 + 8) + 8]);
  });

  it('decodes no picture that is larger than the run’s, however small its file', async () => {
    const large = encodePng({ extent: [1, 7000, 7000], bytes: new Uint8Array(7000 * 7000) });
    expect(large.length).toBeLessThan(100_000);
    const before = process.memoryUsage().rss;
    const writing = written({}, 120, (storage) => storage.write('images/0001.png', large));
    await expect(writing).rejects.toThrow(/images\/0001\.png .* 7,000 × 7,000 pixels, expected 120 × 120/);
    expect(process.memoryUsage().rss - before).toBeLessThan(40e6);
  });

  it('embeds many pictures shrunk', async () => {
    const sizes = async (objectives: number) => {
      const images = embedded((await written({ objectives }, 160)).document, '.elite');
      expect(images).toHaveLength(objectives);
      return new Set(images.map(({ extent }) => extent[2]));
    };
    expect(await sizes(30)).toEqual(new Set([160]));
    expect(await sizes(31)).toEqual(new Set([128]));
    if (full) expect(await sizes(241)).toEqual(new Set([128]));
  });

  it('shrinks what trials are compared by', async () => {
    const { document } = await written({ trials: 3, objectives: 2 }, 120);
    const images = embedded(document, '.matrix');
    expect(images).toHaveLength(6);
    expect(new Set(images.map(({ extent }) => extent[2]))).toEqual(new Set([96]));
  });

  it('shows the frames that there are, in the order of their iterations, a few of many', async () => {
    const { document } = await written({ objectives: 2, steps: 40 }, 28, async (storage) => {
      for (const iteration of [16, 0, 4]) await storage.write(framePath(0, iteration), png(28, iteration));
      for (let iteration = 0; iteration <= 40; iteration++)
        await storage.write(framePath(1, iteration), png(28, iteration));
      await storage.write('frames/0000/notes.txt', 'no frame');
      await storage.write('frames/0000/x.png', 'no frame');
    });
    const frames = embedded(document, '.strip').map(({ bytes: pixels }) => pixels[0]);
    // Each ends with the picture that was delivered, whose byte is the place of its objective.
    expect(frames.slice(0, 4)).toEqual([0, 4, 16, 0]);
    expect(frames.slice(4)).toHaveLength(12);
    expect([frames[4], frames.at(-1)]).toEqual([0, 1]);
  });

  it('leaves empty places for pictures that are gone', async () => {
    const { storage, document } = await written({}, 28, (folder) => folder.remove('images/0001.png'));
    expect([...document.querySelectorAll('.elite .missing')]).toHaveLength(1);
    expect(storage.files.has('grid.png')).toBe(true);
  });
});
