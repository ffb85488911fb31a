/** How large a picture of any format may be: checked before anything is decoded. */
import { count } from '../util/count.ts';

/** Far beyond any network's input, and what a camera makes; decoding takes up to 1.5 GB. */
export const MAX_SIDE = 16_384;
export const MAX_PIXELS = 50_000_000;

/** What a picture may not be larger than, where less is expected than pictures from anywhere. */
export interface PictureBound {
  readonly height: number;
  readonly width: number;
}

/** @throws Error that says what is wrong, without the file's name */
export function checkSize(width: number, height: number, bound?: PictureBound): void {
  if (width === 0 || height === 0)
    throw new Error(`it is ${String(width)} × ${String(height)} pixels, empty: export it again`);
  if (bound && (width > bound.width || height > bound.height)) {
    throw new Error(
      `it is ${count(width)} × ${count(height)} pixels, expected ${count(bound.width)} × ${count(bound.height)}`,
    );
  }
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new Error(
      `it is ${count(width)} × ${count(height)} pixels; at most ${count(MAX_SIDE)} a side and ` +
        `${count(MAX_PIXELS)} in all are read: scale it down`,
    );
  }
}
