/** How large a picture may be, whatever its format: checked before anything is decoded. */
import { count } from '../count.ts';

/** Far beyond any network's input; what is within is decoded in at most a few gigabytes. */
export const MAX_SIDE = 16_384;
export const MAX_PIXELS = 100_000_000;

/** @throws Error that says what is wrong, without the file's name */
export function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0)
    throw new Error(`it is ${String(width)} × ${String(height)} pixels, empty: export it again`);
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new Error(
      `it is ${count(width)} × ${count(height)} pixels; at most ${count(MAX_SIDE)} a side and ` +
        `${count(MAX_PIXELS)} in all are read: scale it down`,
    );
  }
}
