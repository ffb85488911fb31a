/** A labelled set of images in memory, as bytes: the one form in which training and evaluation see data. */
import { SentenceError } from '../util/sentence.ts';

/** A labelled set of images of one size, as bytes. */
export interface ImageDataset {
  /** For messages and result files, e.g. `mnist test`. */
  readonly name: string;
  /** How many classes there are; each target is below it. */
  readonly classes: number;
  /** Name of each class, by its number. */
  readonly labels: readonly string[];
  /** Bytes 0…255, row-major [count, channels, height, width]. */
  readonly images: Uint8Array;
  /** Class of each image, [count]. */
  readonly targets: Uint8Array;
  readonly count: number;
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** A data set cannot be found or read. The message names the file, what was expected and what to do. */
export class DatasetError extends SentenceError {
  override readonly name = 'DatasetError';
}
