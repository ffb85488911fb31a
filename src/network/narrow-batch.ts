/**
 * A network that sees one or two images: within it activations are [channels, height, width, images], while those outside
 * are padded to four images, of which the first are meant.
 */
import { giveImages, takeImages } from '../kernels/layers/compact-batch.ts';
import type { ImagesPerElement } from '../kernels/batch-width.ts';
import type { Tape } from './tape.ts';

/** The tensor padded to four images that belongs to one of few. */
export const paddedName = (tensor: string): string => `${tensor} padded`;

/** A tensor's own name, and whether it is the padded one. */
export function withoutPadding(tensor: string): { readonly tensor: string; readonly padded: boolean } {
  const suffix = paddedName('');
  const found = tensor.endsWith(suffix);
  return { tensor: found ? tensor.slice(0, -suffix.length) : tensor, padded: found };
}

/** The first images of a tensor that is written from outside. */
export function tapeTaken(tape: Tape, tensor: string, values: number, images: ImagesPerElement): void {
  tape.tensor(tensor, values * images);
  tape.add(`${tensor} without padding`, takeImages(values, images), {
    padded: paddedName(tensor),
    images: tensor,
  });
}

/** Pads a tensor that is read outside. */
export function tapeGiven(tape: Tape, tensor: string, values: number, images: ImagesPerElement): void {
  const padded = tape.tensor(paddedName(tensor), 4 * values, true);
  tape.add(`${tensor} with padding`, giveImages(values, images), { padded, images: tensor });
}
