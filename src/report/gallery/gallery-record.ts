/** `gallery.json`: what in a folder is a gallery of ours, so that no more than that is ever removed. */
import { z } from 'zod';
import { dataFile, detailsPerFile, runFolderName, scriptFile } from './gallery-data.ts';

/** One making of the gallery; its files lie in a folder named by its number. */
export interface GalleryPart {
  readonly number: number;
  /** Most pictures of each run. */
  readonly runs: readonly number[];
}

export interface GalleryRecord {
  readonly format: 1;
  readonly kind: 'gallery';
  readonly version: string;
  /** While a gallery is made anew there are two: the one that the page shows, and the one to come. */
  readonly parts: readonly GalleryPart[];
}

export const recordFile = 'gallery.json';
export const pageFile = 'index.html';

/** More pictures than any model has classes, and as many as names have digits for. */
export const mostPictures = 100_000;
/** After so many, numbers begin again. */
export const mostParts = 1_000_000;
export const mostRuns = 10_000;

export const galleryRecordSchema: z.ZodType<GalleryRecord> = z.object({
  format: z.literal(1),
  kind: z.literal('gallery'),
  version: z.string(),
  parts: z
    .array(
      z.object({
        number: z.int().min(1).max(mostParts),
        runs: z.array(z.int().min(0).max(mostPictures)).max(mostRuns),
      }),
    )
    .max(8),
});

export const partFolder = ({ number }: GalleryPart): string => String(number).padStart(4, '0');

/** A folder of a part, and which names in it are ours. */
export interface OwnFolder {
  readonly folder: string;
  readonly isOurs: (name: string) => boolean;
}

/** Folders of a part, inner ones first. */
export function foldersOf(part: GalleryPart): OwnFolder[] {
  const root = partFolder(part);
  const inner = part.runs.flatMap((pictures, run): OwnFolder[] => {
    const numbered = (kind: string, ending: string, count: number): OwnFolder => ({
      folder: `${root}/${kind}/${runFolderName(run)}`,
      isOurs: (name) => isNumbered(name, 5, ending, count),
    });
    return [
      numbered('pictures', '.png', pictures),
      numbered('thumbnails', '.png', pictures),
      numbered('details', '.js', Math.ceil(pictures / detailsPerFile)),
    ];
  });
  const ofRuns: OwnFolder = {
    folder: `${root}/lineage`,
    isOurs: (name) => isNumbered(name, 4, '.js', part.runs.length),
  };
  const empty = ['pictures', 'thumbnails', 'details'].map((kind): OwnFolder => {
    return { folder: `${root}/${kind}`, isOurs: () => false };
  });
  const own: OwnFolder = {
    folder: root,
    isOurs: (name) => [dataFile, scriptFile].includes(name),
  };
  return [...inner, ofRuns, ...empty, own];
}

/** `00012.png` where the count is 13 or more. */
function isNumbered(name: string, length: number, ending: string, count: number): boolean {
  const number = name.slice(0, -ending.length);
  return name.endsWith(ending) && number.length === length && /^\d+$/.test(number) && Number(number) < count;
}
