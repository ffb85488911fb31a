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
  it('shows many on sheets, in files where they are large, and removes those of an earlier report', async () => {
    const input = sized(fakeRun({ classes: 110, encoding: 'direct', generations: 1 }), [3, 160, 160]);
    const storage = await storageOf(input);
    const pictures = [0, 1, 2].map((seed) => noise([3, 160, 160], seed));
    for (const { class: number } of input.cells.slice(1))
      await storage.write(picturePath(input.run, number), pictures[number % 3]!);
    await storage.write('thumbnails/0099.png', 'of an earlier version');
    await storage.write('thumbnails/0007.jpg', 'of an earlier run');
    await storage.write('thumbnails/mine.png', 'of somebody');
    await writeReport(storage, 'runs/one');
    const page = new TextDecoder().decode(storage.files.get('report.html'));
    expect(page.length).toBeLessThan(600_000);
    const links = [...parsePage(page).querySelectorAll('.elite a')];
    expect(links.map((link) => link.getAttribute('href'))).toEqual(
      input.cells.slice(1).map((cell) => picturePath(input.run, cell.class)),
    );
    for (const link of links)
      expect(link.querySelector('[role="img"]')?.getAttribute('aria-label')).toMatch(/^Image that the model/);
    expect(parsePage(page).querySelectorAll('.elite .missing')).toHaveLength(1);
    expect(await storage.list('thumbnails')).toEqual(['0000.jpg', '0001.jpg', 'mine.png']);
    expect(page.match(/url\("thumbnails[^"]*"\)/g)).toEqual([
      'url("thumbnails/0000.jpg")',
      'url("thumbnails/0001.jpg")',
    ]);
    const sheets = ['0000', '0001'].map((name) =>
      decodeImage(storage.files.get(`thumbnails/${name}.jpg`)!, 'sheet'),
    );
    expect(sheets.map(({ extent }) => extent)).toEqual([
      [3, 1320, 1320],
      [3, 396, 396],
    ]);
  });

  it('loses nothing of many pictures of few pixels, which the page holds', async () => {
    const input = sized(fakeRun({ classes: 31, encoding: 'direct', generations: 1 }), [1, 28, 28]);
    const storage = await storageOf(input);
    for (const { class: number } of input.cells)
      await storage.write(picturePath(input.run, number), png(28, number));
    await writeReport(storage, 'runs/one');
    const page = new TextDecoder().decode(storage.files.get('report.html'));
    const [, base64 = ''] = /url\("data:image\/png;base64,([^"]*)"\)/.exec(page) ?? [];
    const { extent, bytes } = decodeImage(Buffer.from(base64, 'base64'), 'sheet');
    expect(extent).toEqual([1, 6 * 32, 6 * 32]);
    for (const [place] of input.cells.entries())
      expect(bytes[(32 * Math.floor(place / 6) + 9) * 6 * 32 + 32 * (place % 6) + 9]).toBe(place);
    expect(await storage.list('thumbnails')).toEqual([]);
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

  it('embeds a few as they are, and many on a sheet', async () => {
    const few = (await written({ objectives: 30 }, 160)).document;
    expect(embedded(few, '.elite').map(({ extent }) => extent[2])).toEqual(Array(30).fill(160));
    const { document } = await written({ objectives: 31 }, 160);
    expect(document.querySelectorAll('.elite img')).toHaveLength(0);
    expect(document.querySelectorAll('.elite a > .thumbnail.sheet-0')).toHaveLength(31);
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
