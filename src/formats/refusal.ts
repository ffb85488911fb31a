/** How every reader of weights refuses a file. */
import { WeightFileError } from './weight-file-error.ts';

/** Throws a WeightFileError that begins with the name of the file. */
export type Fail = (problem: string) => never;

export const FETCH_AGAIN = 'the file is damaged or was cut short: fetch or export it again';

/** @param fileName what messages call the file */
export function refusalOf(fileName: string): Fail {
  return (problem) => {
    throw new WeightFileError(`${fileName}: ${shorten(problem)}`);
  };
}

/** 1,234,567 in every locale. */
export function count(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

/** A hostile name or shape can be as long as the file; a message keeps both its ends. */
function shorten(problem: string): string {
  return problem.length <= 600 ? problem : `${problem.slice(0, 300)} … ${problem.slice(-300)}`;
}
