/** What a gallery's page is told: runs and their pictures at once, details of a picture when the viewer asks for them. */
import type { CppnGenome } from '../../genome/genome.ts';
import type { Guess } from '../../model/likeliest.ts';

/** How a picture came to be: evolved in one of the encodings, or climbed along a gradient. */
export const methods = ['cppn', 'direct', 'ascent'] as const;
export type Method = (typeof methods)[number];

export interface GalleryRun {
  /** As the user called its folder. */
  readonly name: string;
  readonly method: Method;
  /** Place among the models. */
  readonly model: number;
  readonly seed: number;
  readonly started: string;
  /** Channels, height and width of its pictures. */
  readonly image: readonly [channels: number, height: number, width: number];
  /** Whether there is a file of ancestors. */
  readonly lineage: boolean;
  /** Why its pictures have no bars of the likeliest classes. */
  readonly unjudged?: string;
}

/** `small`: the picture is its own thumbnail. */
export type Shown = 'small' | 'shrunk' | 'missing';

export interface GalleryEntry {
  /** Place among the runs. */
  readonly run: number;
  /** Place in its run's archive. */
  readonly place: number;
  readonly class: number;
  readonly label: string;
  readonly confidence: number;
  /** log p − log(1 − p); estimated of the confidence where the record has none. */
  readonly logOdds: number;
  /** In which it arose; of an ascent, the iteration. */
  readonly generation: number;
  readonly shown: Shown;
}

export interface GalleryModel {
  readonly name: string;
  readonly sha256: string;
}

export interface GalleryData {
  readonly models: readonly GalleryModel[];
  readonly runs: readonly GalleryRun[];
  readonly entries: readonly GalleryEntry[];
}

export interface GalleryDetail {
  /** Of an evolved picture. */
  readonly elite?: { readonly id: number; readonly parent: number | null; readonly goalSwitches: number };
  /** Of a climbed one. */
  readonly climb?: {
    readonly objective: string;
    readonly iterations: number;
    readonly firstNamed: number | null;
    readonly fault?: string;
  };
  /** A network that can be drawn, or the genome's size in words; a picture climbed by its pixels has none. */
  readonly genome?: CppnGenome | string;
  /** The likeliest classes, the surest first; absent where the picture was not judged afresh. */
  readonly likeliest?: readonly Guess[];
}

/** An image that was an elite once. */
export interface GalleryAncestor {
  readonly id: number;
  /** Null in generation 0. */
  readonly parent: number | null;
  readonly class: number;
  readonly confidence: number;
  readonly generation: number;
}

/** Longest side of a thumbnail in pixels. */
export const thumbnailSide = 128;

/** Pictures whose details are one file. */
export const detailsPerFile = 16;

/** The function of the page that files of data call, since a page on disk may run scripts and read nothing else. */
export const receiver = 'takeGalleryPiece';

/** A file that hands the page a value under a name. */
export const piece = (name: string, value: unknown): string =>
  `${receiver}(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`;

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

export const runFolderName = (run: number): string => digits(run, 4);
export const pictureFile = (run: number, place: number): string =>
  `pictures/${runFolderName(run)}/${digits(place, 5)}.png`;
export const thumbnailFile = (run: number, place: number): string =>
  `thumbnails/${runFolderName(run)}/${digits(place, 5)}.png`;
/** Of the file that has a picture's details among others'. */
export const detailsFile = (run: number, place: number): string =>
  `details/${runFolderName(run)}/${digits(Math.floor(place / detailsPerFile), 5)}.js`;
export const lineageFile = (run: number): string => `lineage/${runFolderName(run)}.js`;
export const dataFile = 'data.js';
export const scriptFile = 'gallery.js';
