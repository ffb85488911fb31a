/** Pictures that attacks start from: all of a folder, or of a subfolder for each class. */
import path from 'node:path';
import { ClassNames } from '../datasets/class-names.ts';
import { entriesOf, isPictureName, openImageFolder } from './image-folder.ts';

export interface FoundPicture {
  /** Path below the folder. */
  readonly file: string;
  /** What it shows, where the name of its subfolder says so. */
  readonly class?: number;
}

/**
 * Lists the pictures of `FOLDER/<class>/*` where a subfolder names a class, else those of the folder itself. Hidden entries
 * and files of other kinds are passed over.
 * @param labels the model's, by class number
 * @throws DatasetError when the folder cannot be read, holds no pictures, or a subfolder beside those of classes names none
 */
export async function findPictures(folder: string, labels: readonly string[]): Promise<FoundPicture[]> {
  const names = new ClassNames(labels);
  const entries = await entriesOf(folder);
  const hasClasses = entries.some(
    ({ name, isDirectory }) => isDirectory === true && typeof names.find(name) === 'number',
  );
  const files = entries.filter(({ name, isDirectory }) => isDirectory !== true && isPictureName(name));
  if (files.length > 0 && !hasClasses) return files.map(({ name }) => ({ file: name }));
  const { pictures } = await openImageFolder(folder, labels);
  return pictures.map(({ file, target }) => ({ file: path.relative(folder, file), class: target }));
}
