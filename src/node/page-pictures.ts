/** The pictures of a report: whole where they are few, smaller ones where they are many, in files where those are large. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mostAtOnce } from '../report/picture-list.ts';
import { fewPixels, type PagePicture } from '../report/picture.ts';
import { longestSide } from '../image/image.ts';
import { shrink } from '../image/shrink.ts';
import type { Storage } from '../storage/storage.ts';
import type { Image } from '../image/image.ts';
import { encodePng } from './image-file.ts';
import { packageFolder } from './package-folder.ts';

/** Longest side in pixels of a picture among many. */
const thumbnailSide = 128;

/** Bytes of the pictures that a page of many holds; of more, it names the files. */
const mostHeld = 800_000;

const folder = 'thumbnails';

/** A picture where there is little room, e.g. of a film strip. */
export const smallPng = (image: Image): Uint8Array => encodePng(shrink(image, fewPixels));

export class PagePictures {
  /** By the path in the run folder. */
  readonly #pictures = new Map<string, PagePicture>();

  /** @param count of the pictures that there will be */
  constructor(private readonly count: number) {}

  /** @param png of the image, as the file has it */
  add(path: string, png: Uint8Array, image: Image): void {
    const side = longestSide(image);
    if (this.count <= mostAtOnce)
      this.#pictures.set(path, side > fewPixels ? { png, small: smallPng(image) } : { png });
    else if (side <= thumbnailSide) this.#pictures.set(path, { png, whole: path });
    else
      this.#pictures.set(path, { png: encodePng(shrink(image, thumbnailSide)), whole: path, smaller: true });
  }

  /** Writes those that the page does not hold, and removes what an earlier report wrote and this one does not name. */
  async place(storage: Storage): Promise<ReadonlyMap<string, PagePicture>> {
    const pictures = [...this.#pictures.values()];
    const bytes = pictures.reduce((sum, { png }) => sum + png.length, 0);
    const written = new Set<string>();
    if (this.count > mostAtOnce && bytes > mostHeld)
      for (const [path, picture] of this.#pictures) {
        const name = path.slice(path.lastIndexOf('/') + 1);
        const file = picture.smaller ? `${folder}/${name}` : path;
        this.#pictures.set(path, { ...picture, file });
        if (!picture.smaller) continue;
        await storage.write(file, picture.png);
        written.add(name);
      }
    for (const name of await storage.list(folder))
      if (thumbnailName.test(name) && !written.has(name)) await storage.remove(`${folder}/${name}`);
    return this.#pictures;
  }
}

/** As pictures are called, by class or by place and name. */
const thumbnailName = /^\d{4,}(-[A-Za-z0-9-]*)?\.png$/;

/** A report is made at the end of a long run, and is of use without it: then it shows all pictures by class. */
export const pageScript = (): Promise<string | undefined> =>
  readFile(join(packageFolder(), 'dist', 'report-page.js'), 'utf8').catch(() => undefined);
