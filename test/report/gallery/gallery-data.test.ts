import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readContents } from '../../../src/report/gallery/contents.ts';
import { cardOf } from '../../../src/report/gallery/card.ts';
import {
  detailsFile,
  lineageFile,
  pictureFile,
  piece,
  thumbnailFile,
  type GalleryData,
} from '../../../src/report/gallery/gallery-data.ts';
import { renderGalleryPage } from '../../../src/report/gallery/gallery-page.ts';
import { foldersOf, galleryRecordSchema } from '../../../src/report/gallery/gallery-record.ts';
import { lineTo } from '../../../src/evolution/lineage.ts';
import { surveyRun } from '../../../src/report/gallery/survey.ts';
import { detailOf, moreOf, viewerOf } from '../../../src/report/gallery/viewer-markup.ts';
import { ascentStorage, fakeAscent } from '../fake-ascent.ts';
import { fakeGenome, fakeRun, storageOf } from '../fake-run.ts';
import { parsePage } from '../page.ts';

const hostile = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>`;

describe('the contents of a run', () => {
  it('are those of an evolution, with log-odds where the record has none', async () => {
    const input = fakeRun({ classes: 4 });
    const survey = await surveyRun(await storageOf(input), 'it');
    expect(survey).toMatchObject({ method: 'cppn', pictures: 4, modelName: 'lenet-mnist', crops: 1 });
    const { pictures, ancestors } = await readContents(survey);
    expect(ancestors).toBeUndefined();
    expect(pictures.map(({ path }) => path)).toEqual([0, 1, 2, 3].map((n) => `images/000${String(n)}.png`));
    for (const [index, { entry, detail }] of pictures.entries()) {
      const { confidence, genome } = input.cells[index]!;
      expect(entry.logOdds).toBeCloseTo(Math.log(confidence / (1 - confidence)), 4);
      expect(detail.genome).toEqual(genome);
    }
  });

  it('say the size of a direct genome', async () => {
    const { pictures } = await readContents(
      await surveyRun(await storageOf(fakeRun({ encoding: 'direct' })), 'it'),
    );
    expect(pictures[0]?.detail.genome).toBe('784 genes of 16 bits, one per pixel and channel (1 × 28 × 28)');
  });

  it('are those of an ascent, whatever it climbs', async () => {
    const survey = await surveyRun(await ascentStorage(fakeAscent({ unit: true, genomes: true })), 'it');
    const { pictures } = await readContents(survey);
    expect(survey.method).toBe('ascent');
    expect(pictures.map(({ detail }) => detail.climb?.objective)).toEqual([
      'class 0',
      'class 1',
      'conv2:12,6,6',
    ]);
    expect(pictures[0]?.detail.genome).toMatchObject({ encoding: 'cppn' });
  });

  it('keep no network that would hang whoever draws it', async () => {
    const connections = Array.from({ length: 6000 }, () => ({ source: 0, target: 4, weight: 1 }));
    const [first, ...others] = fakeRun().cells;
    const cells = [{ ...first!, genome: { ...fakeGenome(1), connections } }, ...others];
    const storage = await storageOf({ ...fakeRun(), cells });
    const { pictures } = await readContents(await surveyRun(storage, 'it'));
    expect(pictures[0]?.detail.genome).toMatch(/too large to draw: .* 6,000 connections/);
  });
});

describe('a lineage', () => {
  const ancestor = (id: number, parent: number | null, number = 0) => {
    return { id, parent, class: number, confidence: 0.5, generation: id };
  };
  const ancestors = [ancestor(1, null), ancestor(4, 1, 2), ancestor(5, 1), ancestor(9, 4)];
  const byId = new Map(ancestors.map((one) => [one.id, one]));

  /** As the page shows it: the elite first. */
  const lineFrom = (elite: number, known: typeof byId) =>
    lineTo(known, elite)
      .reverse()
      .map(({ id }) => id);

  it('goes from an elite to the first that is known', () => {
    expect(lineFrom(9, byId)).toEqual([9, 4, 1]);
    expect(lineFrom(7, byId)).toEqual([]);
  });

  it('ends where a record says that a parent is younger than its child', () => {
    const circle = [ancestor(1, 2), ancestor(2, 1)];
    expect(lineFrom(2, new Map(circle.map((one) => [one.id, one])))).toEqual([2, 1]);
  });

  it('that is damaged leaves the run in, with a note', async () => {
    const storage = await storageOf(fakeRun());
    await storage.write('lineage.json', '{"format":1,"ancestors":[{"id":-3}]}');
    const { pictures, notes } = await readContents(await surveyRun(storage, 'it'));
    expect(pictures).toHaveLength(3);
    expect(notes).toEqual([expect.stringMatching(/without lineage: lineage\.json/)]);
  });
});

describe('files of data', () => {
  it('hand over what they hold, whatever a label says', () => {
    const taken: unknown[] = [];
    const value = { label: `${hostile}\u2028\n\\`, number: 0.1 };
    const take = (...received: unknown[]) => taken.push(...received);
    runInNewContext(piece('data.js', value), { takeGalleryPiece: take });
    expect(JSON.parse(JSON.stringify(taken))).toEqual(['data.js', value]);
  });

  it('are all named by the record, and nothing else is', () => {
    const folders = foldersOf({ number: 7, runs: [20, 1] });
    const isOurs = (file: string) => {
      const [, folder, name] = /^(.*)\/([^/]*)$/.exec(`0007/${file}`) ?? [];
      return folders.some((one) => one.folder === folder && one.isOurs(name ?? ''));
    };
    const files = [
      pictureFile(0, 19),
      thumbnailFile(0, 0),
      detailsFile(0, 19),
      lineageFile(1),
      pictureFile(1, 0),
      'data.js',
      'gallery.js',
    ];
    expect(files.filter((file) => !isOurs(file))).toEqual([]);
    const others = [
      pictureFile(0, 20),
      pictureFile(2, 0),
      detailsFile(1, 16),
      lineageFile(2),
      'notes.txt',
      'pictures/0000/mine.png',
      'pictures/0000/1e3.png',
    ];
    expect(others.filter(isOurs)).toEqual([]);
    expect(folders.at(-1)?.folder).toBe('0007');
  });

  it.each([
    { number: 0, runs: [] },
    { number: 1, runs: [1e9] },
    { number: '../..', runs: [] },
  ])('are not named by a record of %j', (part) => {
    const record = { format: 1, kind: 'gallery', version: '', parts: [part] };
    expect(galleryRecordSchema.safeParse(record).success).toBe(false);
  });
});

describe('names from strangers are text', () => {
  const data: GalleryData = {
    models: [{ name: hostile, sha256: hostile }],
    runs: [
      {
        name: hostile,
        method: 'cppn',
        model: 0,
        seed: 1,
        started: hostile,
        image: [1, 28, 28],
        lineage: true,
        unjudged: hostile,
      },
    ],
    entries: [
      {
        run: 0,
        place: 0,
        class: 0,
        label: hostile,
        confidence: 0.9,
        logOdds: 2,
        generation: 3,
        shown: 'small',
      },
    ],
  };
  const [entry, run] = [data.entries[0]!, data.runs[0]!];
  const viewed = { data, entry, run, part: '0001' };
  const detail = {
    climb: { objective: hostile, iterations: 1, firstNamed: null, fault: hostile },
    likeliest: [{ class: 0, label: hostile, confidence: 0.9 }],
    genome: hostile,
  };
  const line = [{ id: 3, parent: null, class: 0, confidence: 0.5, generation: 0 }];

  it.each([
    ['the page', renderGalleryPage({ ...data, part: '0001', pictures: 1, notes: [hostile] })],
    ['a card', cardOf(data, entry, '0001').text],
    ['the viewer', viewerOf(viewed, false, true).text],
    ['a detail', detailOf(viewed, detail).text],
    ['a detail without bars', detailOf(viewed, {}).text],
    ['genome and lineage', moreOf(viewed, detail, line).text],
  ])('in %s', (_, markup) => {
    const page = parsePage(markup);
    const own = [...page.querySelectorAll('img')].filter((image) => image.getAttribute('src') !== 'x');
    expect(page.querySelectorAll('img')).toHaveLength(own.length);
    expect(page.querySelectorAll('[onerror]')).toHaveLength(0);
    expect([...page.querySelectorAll('script')]).toEqual([]);
    expect(page.textContent).toContain('<script>alert(2)');
  });

  it('in the pictures that are read out', () => {
    const image = parsePage(cardOf(data, entry, '0001').text).querySelector('img');
    expect(image?.getAttribute('alt')).toBe(`Image that ${hostile} calls ${hostile} with 90.00 % confidence`);
  });
});
