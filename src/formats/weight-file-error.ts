import { SentenceError } from '../util/sentence.ts';

/**
 * A weight file cannot be read, or weights cannot be written to one. The message names the file, the
 * tensor, what was expected, what was found and what to do.
 */
export class WeightFileError extends SentenceError {
  override readonly name: string = 'WeightFileError';
}
