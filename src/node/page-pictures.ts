/** The pictures of a report: whole where they are few, on sheets where they are many, in files where those are large. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mostAtOnce } from '../report/picture-list.ts';
import { fewPixels, type PagePicture } from '../report/picture.ts';
import {
  composeSheet,
  sheetLayouts,
  type PictureSheet,
  type SheetLayout,
  type SheetPicture,
} from '../report/picture-sheet.ts';
import { longestSide } from '../image/image.ts';
import { resize, shrink } from '../image/shrink.ts';
import type { RunRecord } from '../runs/evolution/records.ts';
import type { Storage } from '../storage/storage.ts';
import type { Image } from '../image/image.ts';
import { encodeJpeg, encodePng } from './image-file.ts';
import { packageFolder } from './package-folder.ts';
import { decodePicture, forGrid, readAhead } from './run-pictures.ts';
import { smallPictures } from './small-pictures.ts';

/** Bytes of the sheets that a page holds; of more, it names the files. */
const mostHeld = 800_000;

/** By so much the copies are smaller that a page holds of sheets in files. */
const copyFactor = 4;

const folder = 'thumbnails';

/** Of what is looked at, and of copies that only stand in. */
const [quality, copyQuality] = [82, 55];

/** A picture where there is little room, e.g. of a film strip. */
export const smallPng = (image: Image): Uint8Array => encodePng(shrink(image, fewPixels));

/** A picture among many. */
interface Thumbnail {
  readonly path: string;
  readonly image: Image;
  readonly smaller: boolean;
}

/** What a page is made of. */
export interface PlacedPictures {
  /** By the path in the run folder. */
  readonly pictures: ReadonlyMap<string, PagePicture | SheetPicture>;
  readonly sheets: readonly PictureSheet[];
}

export class PagePictures {
  readonly #few = new Map<string, PagePicture>();
  readonly #many: Thumbnail[] = [];

  /** One of few. @param png of the image, as the file has it */
  addWhole(path: string, png: Uint8Array, image: Image): void {
    this.#few.set(path, longestSide(image) > fewPixels ? { png, small: smallPng(image) } : { png });
  }

  /** One of many. @param smaller whether the image is smaller than that of the file */
  addSmall(path: string, image: Image, smaller: boolean): void {
    this.#many.push({ path, image, smaller });
  }

  /** Writes the sheets that the page does not hold, and removes what an earlier report wrote and this one does not name. */
  async place(storage: Storage): Promise<PlacedPictures> {
    const sheets = this.#sheets();
    const bytes = sheets.reduce((sum, { file }) => sum + file.length, 0);
    const pictures = new Map<string, PagePicture | SheetPicture>(this.#few);
    const written = new Set<string>();
    const placed: PictureSheet[] = [];
    for (const [number, { layout, image, thumbnails, pixels, file }] of sheets.entries()) {
      const type = pixels ? 'image/png' : 'image/jpeg';
      let sheet: PictureSheet = { ...layout, number, held: file, type };
      if (bytes > mostHeld) {
        const name = `${String(number).padStart(4, '0')}${pixels ? '.png' : '.jpg'}`;
        await storage.write(`${folder}/${name}`, file);
        written.add(name);
        sheet = { ...sheet, ...copyOf(image), file: `${folder}/${name}` };
      }
      placed.push(sheet);
      for (const [place, { path, smaller }] of thumbnails.entries())
        pictures.set(path, { sheet, place, whole: path, smaller, pixels });
    }
    for (const name of await storage.list(folder))
      if (sheetName.test(name) && !written.has(name)) await storage.remove(`${folder}/${name}`);
    return { pictures, sheets: placed };
  }

  #sheets(): Sheet[] {
    const [first] = this.#many;
    if (!first) return [];
    const [, height, width] = first.image.extent;
    const pixels = longestSide(first.image) < fewPixels;
    let begin = 0;
    return sheetLayouts(this.#many.length, width, height).map((layout) => {
      const thumbnails = this.#many.slice(begin, (begin += layout.columns * layout.rows));
      const image = composeSheet(
        thumbnails.map((one) => one.image),
        layout,
      );
      return {
        layout,
        thumbnails,
        pixels,
        image,
        file: pixels ? encodePng(image) : encodeJpeg(image, quality),
      };
    });
  }
}

interface Sheet {
  readonly layout: SheetLayout;
  readonly thumbnails: readonly Thumbnail[];
  /** Whether every pixel counts: then nothing of it may be lost. */
  readonly pixels: boolean;
  readonly image: Image;
  readonly file: Uint8Array;
}

function copyOf(image: Image): Pick<PictureSheet, 'held' | 'type'> {
  const [, height, width] = image.extent;
  const copy = resize(image, Math.ceil(height / copyFactor), Math.ceil(width / copyFactor));
  return { held: encodeJpeg(copy, copyQuality), type: 'image/jpeg' };
}

/** Of a sheet, or as earlier versions called a picture's own file, by class or by place and name. */
const sheetName = /^\d{4,}(\.jpg|(-[A-Za-z0-9-]*)?\.png)$/;

/** A report is made at the end of a long run, and is of use without it: then it shows all pictures by class. */
export const pageScript = (): Promise<string | undefined> =>
  readFile(join(packageFolder(), 'dist', 'report-page.js'), 'utf8').catch(() => undefined);

/**
 * The pictures of a run: gathered for its page, each of them read once, and given as its grid shows them.
 * @throws ImageFileError when one is damaged, or larger than the run's pictures are
 */
export async function* gatherPictures(
  gathered: PagePictures,
  storage: Storage,
  paths: readonly string[],
  model: Pick<RunRecord['model'], 'image'>,
): AsyncGenerator<[index: number, grid: Image]> {
  if (paths.length > mostAtOnce) {
    for await (const [index, path, { page, smaller, grid }] of smallPictures(storage, paths, model.image)) {
      gathered.addSmall(path, page, smaller);
      yield [index, grid];
    }
    return;
  }
  for await (const [index, path, bytes] of readAhead(storage, paths)) {
    if (!bytes) continue;
    const image = decodePicture(bytes, path, model);
    gathered.addWhole(path, bytes, image);
    yield [index, forGrid(image, paths.length)];
  }
}
