/**
 * A network that sees one or two images: within it activations are [channels, height, width, images], while those outside
 * keep the layout of four slots, of which the first are meant.
 */
import { giveImages, takeImages } from '../kernels/layers/compact-batch.ts';
import type { ImagesPerElement } from '../kernels/batch-width.ts';
import type { Tape } from './tape.ts';

/** The tensor in the layout of slots that belongs to one of few images. */
export const inSlots = (tensor: string): string => `${tensor} in slots`;

/** A tensor's own name, and whether it is in the layout of slots. */
export function withoutSlots(tensor: string): { readonly tensor: string; readonly inSlots: boolean } {
  const suffix = inSlots('');
  const found = tensor.endsWith(suffix);
  return { tensor: found ? tensor.slice(0, -suffix.length) : tensor, inSlots: found };
}

/** The images of the first slots, of a tensor that is written from outside. */
export function tapeTaken(tape: Tape, tensor: string, values: number, images: ImagesPerElement): void {
  tape.tensor(tensor, values * images);
  tape.add(`${tensor} from its slots`, takeImages(values, images), {
    padded: inSlots(tensor),
    images: tensor,
  });
}

/** The slots of a tensor that is read outside. */
export function tapeGiven(tape: Tape, tensor: string, values: number, images: ImagesPerElement): void {
  const padded = tape.tensor(inSlots(tensor), 4 * values, true);
  tape.add(`${tensor} into its slots`, giveImages(values, images), { padded, images: tensor });
}
