/** Weights that are not numbers, or infinite, would turn every activation after them into NaN. */
import { WeightFileError } from './weight-file-error.ts';

/**
 * Checks that every value of a tensor is finite.
 * @param name of the tensor, for the message
 * @throws WeightFileError that names the first value that is not
 */
export function checkFinite(name: string, data: Float32Array): void {
  for (let index = 0; index < data.length; index++) {
    if (Number.isFinite(data[index])) continue;
    throw new WeightFileError(
      `tensor ${name} holds ${String(data[index])} at index ${index.toLocaleString('en-US')}, weights must be ` +
        'finite; was the training that made it stable?',
    );
  }
}
