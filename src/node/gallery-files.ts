/** Writes the files of a gallery: run by run, a few pictures at a time. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Judge } from '../model/judge.ts';
import { likeliest } from '../model/likeliest.ts';
import { readContents, type RunContents, type RunPicture } from '../report/gallery/contents.ts';
import {
  dataFile,
  detailsFile,
  detailsPerFile,
  lineageFile,
  pictureFile,
  piece,
  scriptFile,
  thumbnailFile,
  thumbnailSide,
  type GalleryData,
  type GalleryDetail,
  type GalleryEntry,
  type GalleryModel,
  type GalleryRun,
  type Shown,
} from '../report/gallery/gallery-data.ts';
import { renderGalleryPage } from '../report/gallery/gallery-page.ts';
import type { SurveyedRun } from '../report/gallery/survey.ts';
import { RunFolderError } from '../runs/read-files.ts';
import { shrink } from '../image/shrink.ts';
import { StorageError } from './file-storage.ts';
import type { GalleryFolder } from './gallery-folder.ts';
import { longestSide, type Image } from '../image/image.ts';
import { encodePng, ImageFileError } from './image-file.ts';
import { packageFolder } from './package-folder.ts';
import { decodeWholePicture } from './run-pictures.ts';
import type { Sentence } from '../util/sentence.ts';

export interface GalleryHooks {
  /**
   * The judge of a run, or why there is none, in words that go on after the run's name. Without it, pictures are not judged,
   * and nothing is missed.
   */
  readonly judgeOf?: ((run: SurveyedRun) => Promise<Judge | string>) | undefined;
  /** What the page says where pictures are not judged. */
  readonly notJudged: string;
  /** A sentence in the host's words. */
  readonly said: (sentence: Sentence) => string;
  /** Called after every few pictures, with how many are done. */
  readonly onProgress: (done: number, run: string) => void;
  readonly onWarning: (text: string) => void;
  readonly shouldStop: () => boolean;
}

export interface GalleryResult {
  readonly runs: readonly GalleryRun[];
  readonly pictures: number;
  /** What was left out and why, in sentences. */
  readonly notes: readonly string[];
}

/** The user asked to stop; nothing of the gallery is written. */
export class GalleryStopped extends Error {
  override readonly name = 'GalleryStopped';
}

/**
 * @param runs in the order in which runs judged alike follow one another
 * @param notes of what was left out before
 * @throws GalleryStopped, StorageError; what was written is removed
 * @throws RunFolderError where no run can be shown
 */
export async function writeGallery(
  folder: GalleryFolder,
  runs: readonly SurveyedRun[],
  notes: readonly string[],
  hooks: GalleryHooks,
): Promise<GalleryResult> {
  const script = await readFile(join(packageFolder(), 'dist', 'gallery-page.js'));
  try {
    await folder.begin();
    const writer = new GalleryWriter(folder, hooks, notes);
    for (const run of runs) await writer.add(run);
    const { data, notes: allNotes } = writer.result();
    await folder.write(scriptFile, script);
    await folder.write(dataFile, piece(dataFile, data));
    const pictures = data.entries.length;
    const page = renderGalleryPage({ ...data, part: folder.part, pictures, notes: allNotes });
    await folder.finish(page);
    return { runs: data.runs, pictures, notes: allNotes };
  } catch (error) {
    // What a full disk, say, leaves there is named in the record, and goes when the gallery is made again.
    await folder.abandon().catch(() => undefined);
    throw error;
  }
}

/** Several runs, one after the other. */
class GalleryWriter {
  readonly #models: GalleryModel[] = [];
  readonly #runs: GalleryRun[] = [];
  readonly #entries: GalleryEntry[] = [];
  readonly #notes: string[];
  #done = 0;

  constructor(
    private readonly folder: GalleryFolder,
    private readonly hooks: GalleryHooks,
    notes: readonly string[],
  ) {
    this.#notes = [...notes];
  }

  result(): { data: GalleryData; notes: readonly string[] } {
    if (this.#runs.length === 0)
      throw new RunFolderError(`none of these folders has pictures to show: ${this.#notes.join('; ')}`);
    const data = { models: this.#models, runs: this.#runs, entries: this.#entries };
    return { data, notes: this.#notes };
  }

  /** A run that is damaged is left out, with a note. */
  async add(run: SurveyedRun): Promise<void> {
    const until = this.#done + run.pictures;
    try {
      const contents = await readContents(run);
      for (const note of contents.notes) this.#note(run, note);
      await this.#addPictures(run, contents);
    } catch (error) {
      if (!(error instanceof RunFolderError)) throw error;
      this.#note(run, `left out: ${this.hooks.said(error.sentence)}`);
    }
    this.#done = until;
    this.hooks.onProgress(this.#done, run.name);
  }

  async #addPictures(run: SurveyedRun, { pictures, ancestors }: RunContents): Promise<void> {
    if (pictures.length === 0) {
      this.#note(run, 'left out: it has no picture yet');
      return;
    }
    const judge = (await this.hooks.judgeOf?.(run)) ?? this.hooks.notJudged;
    const index = this.#runs.length;
    const kept: GalleryDetail[] = [];
    const atATime = typeof judge === 'string' ? detailsPerFile : judge.images;
    for (let first = 0; first < pictures.length; first += atATime) {
      if (this.hooks.shouldStop()) throw new GalleryStopped();
      const some = pictures.slice(first, first + atATime);
      kept.push(...(await this.#addSome(run, some, { run: index, place: first }, judge)));
      const whole =
        first + some.length === pictures.length ? kept.length : kept.length - (kept.length % detailsPerFile);
      await this.#writeDetails(index, first + some.length - kept.length, kept.splice(0, whole));
      this.#done += some.length;
      this.hooks.onProgress(this.#done, run.name);
    }
    if (ancestors) await this.folder.write(lineageFile(index), piece(lineageFile(index), ancestors));
    this.#runs.push(this.#runOf(run, ancestors !== undefined, typeof judge === 'string' ? judge : undefined));
    if (typeof judge === 'string' && judge !== this.hooks.notJudged)
      this.#note(run, `no bars of the likeliest classes, since ${judge}`);
  }

  /** Writes pictures and judges them. @returns their details */
  async #addSome(
    run: SurveyedRun,
    pictures: readonly RunPicture[],
    from: { readonly run: number; readonly place: number },
    judge: Judge | string,
  ): Promise<GalleryDetail[]> {
    const [channels, height, width] = run.model.image;
    const size = channels * height * width;
    const judged: number[] = [];
    const bytes = typeof judge === 'string' ? undefined : new Uint8Array(size * pictures.length);
    for (const [index, { entry, path }] of pictures.entries()) {
      const place = from.place + index;
      const image = await this.#picture(run, path, from.run, place);
      this.#entries.push({ run: from.run, place, ...entry, shown: shownAs(image) });
      if (!image) continue;
      bytes?.set(image.bytes, size * judged.length);
      judged.push(index);
    }
    const details = pictures.map(({ detail }) => detail);
    if (typeof judge === 'string' || !bytes || judged.length === 0) return details;
    const confidences = await judge.judge(bytes.slice(0, size * judged.length), judged.length);
    const rows = new Map(judged.map((index, row) => [index, confidences[row]]));
    return details.map((detail, index) => {
      const row = rows.get(index);
      return row ? { ...detail, likeliest: likeliest(judge.model, row, guesses) } : detail;
    });
  }

  /** Copies a picture with its thumbnail. @returns undefined where it is missing or damaged, with a note */
  async #picture(run: SurveyedRun, path: string, index: number, place: number): Promise<Image | undefined> {
    const bytes = await readPicture(run, path);
    if (typeof bytes === 'string') {
      this.#note(run, `shown without a picture: ${bytes}`);
      return undefined;
    }
    await this.folder.write(pictureFile(index, place), bytes.file);
    if (shownAs(bytes.image) === 'shrunk')
      await this.folder.write(thumbnailFile(index, place), encodePng(shrink(bytes.image, thumbnailSide)));
    return bytes.image;
  }

  async #writeDetails(run: number, first: number, details: readonly GalleryDetail[]): Promise<void> {
    for (let from = 0; from < details.length; from += detailsPerFile) {
      const file = detailsFile(run, first + from);
      await this.folder.write(file, piece(file, details.slice(from, from + detailsPerFile)));
    }
  }

  #runOf(run: SurveyedRun, lineage: boolean, unjudged: string | undefined): GalleryRun {
    const { name, method, seed, started, model } = run;
    const { image, sha256 } = model;
    let place = this.#models.findIndex((other) => other.name === model.name && other.sha256 === sha256);
    if (place < 0) place = this.#models.push({ name: model.name, sha256 }) - 1;
    return {
      name,
      method,
      model: place,
      seed,
      started,
      image,
      lineage,
      ...(unjudged !== undefined && { unjudged }),
    };
  }

  #note({ name }: SurveyedRun, text: string): void {
    const note = `${name}: ${text}`;
    this.#notes.push(note);
    this.hooks.onWarning(note);
  }
}

/** Bars of each picture. */
const guesses = 5;

function shownAs(image: Image | undefined): Shown {
  if (!image) return 'missing';
  return longestSide(image) > thumbnailSide ? 'shrunk' : 'small';
}

/** A picture with its file, or what is wrong with it. */
async function readPicture(
  { storage, model }: SurveyedRun,
  path: string,
): Promise<{ file: Uint8Array; image: Image } | string> {
  try {
    const file = await storage.read(path);
    return file ? { file, image: decodeWholePicture(file, path, model) } : `${path} is missing`;
  } catch (error) {
    if (error instanceof ImageFileError || error instanceof StorageError) return error.message;
    throw error;
  }
}
