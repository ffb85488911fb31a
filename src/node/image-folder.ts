/**
 * Labelled pictures in a folder: `FOLDER/<class>/*.png|jpg|jpeg`, one subfolder a class, as ImageNet is usually
 * laid out. A subfolder is named by the class's number, its WordNet id, or its label. Pictures are read when
 * they are asked for, so that a folder may be larger than memory.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ClassNames } from '../datasets/class-names.ts';
import { DatasetError } from '../datasets/dataset.ts';
import { messageOf } from '../util/message-of.ts';
import type { LabelledPictures } from '../experiments/experiment.ts';
import type { LabelledBatch } from '../model/evaluation.ts';
import { fitImage } from '../image/fit-image.ts';
import { volume, type Extent } from '../network/layer.ts';
import type { Image } from '../image/image.ts';
import { ImageFileError, decodeImage, type OnNote } from './image-file.ts';
import { readRegular } from './read-regular.ts';

/** Where the pictures are and what they show; nothing of them is read yet. */
export interface ImageFolder {
  readonly path: string;
  /** In the order of subfolders and names. */
  readonly pictures: readonly { readonly file: string; readonly target: number }[];
}

export const isPictureName = (name: string): boolean => /\.(png|jpe?g)$/i.test(name);
const LAYOUT = 'expected FOLDER/<class>/*.png, .jpg or .jpeg';

/**
 * Lists a labelled folder. Hidden entries and files of other kinds are passed over.
 * @param labels the model's, by class number
 * @throws DatasetError when the folder cannot be read, holds no pictures, or a subfolder names no class
 */
export async function openImageFolder(folder: string, labels: readonly string[]): Promise<ImageFolder> {
  const names = new ClassNames(labels);
  const pictures: { file: string; target: number }[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory === false) continue;
    const subfolder = path.join(folder, entry.name);
    const found = names.find(entry.name);
    if (typeof found === 'string') {
      if (entry.isDirectory === undefined) continue;
      throw new DatasetError(`${subfolder}: ${found}`);
    }
    const files = (await entriesOf(subfolder)).filter(
      ({ name, isDirectory }) => isPictureName(name) && isDirectory !== true,
    );
    pictures.push(...files.map(({ name }) => ({ file: path.join(subfolder, name), target: found })));
  }
  if (pictures.length === 0) throw new DatasetError(`${folder} holds no labelled pictures: ${LAYOUT}`);
  return { path: folder, pictures };
}

/** A labelled folder whose pictures are read one by one. @throws as `openImageFolder` */
export async function labelledPictures(
  folder: string,
  labels: readonly string[],
  onNote?: OnNote,
): Promise<LabelledPictures> {
  const { pictures } = await openImageFolder(folder, labels);
  return { pictures, read: ({ file }, shape) => readFitted(file, shape, onNote) };
}

/** @throws ImageFileError naming a picture that cannot be read */
async function readFitted(file: string, extent: Extent, onNote?: OnNote): Promise<Uint8Array<ArrayBuffer>> {
  return fitImage(await readImage(file, onNote), extent).bytes;
}

/** What is told about pictures while they are read. */
export interface ReadingListener {
  /** Of a picture that is read although its file is not as it should be. */
  readonly onNote?: OnNote;
  /** Of a picture that cannot be read: it is left out. Without it the first one ends the reading. */
  readonly onUnreadable?: (error: ImageFileError, file: string) => void;
}

/**
 * Reads the pictures in batches, each brought to the size that a model looks at.
 * @param shape channels, height and width of the model's images
 * @param most images of one batch
 * @throws ImageFileError naming the first picture that cannot be read, unless the listener takes it
 */
export async function* imageBatches(
  { pictures }: ImageFolder,
  shape: Extent,
  most: number,
  { onNote, onUnreadable }: ReadingListener = {},
): AsyncIterable<LabelledBatch> {
  const bytes = volume(shape);
  for (let first = 0; first < pictures.length; first += most) {
    const batch = pictures.slice(first, first + most);
    const images = new Uint8Array(batch.length * bytes);
    const targets: number[] = [];
    for (const { file, target } of batch) {
      try {
        images.set(await readFitted(file, shape, onNote), targets.length * bytes);
        targets.push(target);
      } catch (error) {
        if (!(error instanceof ImageFileError) || !onUnreadable) throw error;
        onUnreadable(error, file);
      }
    }
    if (targets.length > 0) yield { images: images.subarray(0, targets.length * bytes), targets };
  }
}

/** @throws ImageFileError naming the file when it cannot be read or decoded */
export async function readImage(file: string, onNote?: OnNote): Promise<Image> {
  return decodeImage(await readImageFile(file), file, undefined, onNote);
}

/** The bytes as they are in the file. @throws ImageFileError naming it when it cannot be read */
export async function readImageFile(file: string): Promise<Uint8Array> {
  try {
    return await readRegular(file);
  } catch (error) {
    throw new ImageFileError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

export interface Entry {
  readonly name: string;
  /** Links are followed; undefined for one that leads nowhere, which only its reader has to refuse. */
  readonly isDirectory: boolean | undefined;
}

/** Sorted by name with digits as numbers, the same on every machine. */
export async function entriesOf(folder: string): Promise<Entry[]> {
  try {
    const entries = (await readdir(folder, { withFileTypes: true }))
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    return await Promise.all(
      entries.map(async (entry) => {
        const { name } = entry;
        const found = entry.isSymbolicLink()
          ? await stat(path.join(folder, name)).catch(() => undefined)
          : entry;
        return { name, isDirectory: found?.isDirectory() };
      }),
    );
  } catch (error) {
    throw new DatasetError(`${folder} cannot be read as a folder (${messageOf(error)}): ${LAYOUT}`, {
      cause: error,
    });
  }
}
