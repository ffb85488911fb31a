/** What was changed of a picture, made visible: grey where nothing was, lighter and darker as far as something was. */
import type { Image } from '../image/image.ts';

export interface Difference {
  /** Of the size of the two. */
  readonly picture: Image;
  /** By which the change is multiplied, so that the largest of it is as light or dark as can be. */
  readonly times: number;
}

/** The byte that stands for no change, and the most that one may be lighter or darker. */
const [middle, most] = [128, 127];

/** @throws RangeError where they are of different sizes */
export function differenceOf(start: Image, result: Image): Difference {
  if (start.bytes.length !== result.bytes.length)
    throw new RangeError(
      `pictures of ${String(start.bytes.length)} and ${String(result.bytes.length)} bytes have no difference`,
    );
  const changes = Int16Array.from(result.bytes, (byte, index) => byte - (start.bytes[index] ?? 0));
  const largest = changes.reduce((sofar, change) => Math.max(sofar, Math.abs(change)), 0);
  const share = largest > 0 ? most / largest : 1;
  const times = share >= 1 ? Math.floor(share) : share;
  return { picture: { ...result, bytes: Uint8Array.from(changes, (one) => middle + times * one) }, times };
}
