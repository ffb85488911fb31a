/** How every reader of weights refuses a file. */
import { WeightFileError } from './weight-file-error.ts';

/** Throws a WeightFileError that begins with the name of the file. */
export type Fail = (problem: string) => never;

export const FETCH_AGAIN = 'the file is damaged or was cut short: fetch or export it again';

/** @param fileName what messages call the file */
export function refusalOf(fileName: string): Fail {
  return (problem) => {
    throw new WeightFileError(`${fileName}: ${presentable(problem)}`);
  };
}

/** A hostile name can be as long as the file and full of terminal codes; a line for people keeps both its ends. */
export function presentable(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, '?');
  return plain.length <= 600 ? plain : `${plain.slice(0, 300)} … ${plain.slice(-300)}`;
}
