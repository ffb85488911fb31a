/**
 * A network that sees one image: within it activations are [channels, height, width], while those outside keep the layout of
 * four slots, of which the first is meant.
 */
import { giveImage, takeImage } from '../kernels/single-image.ts';
import type { Tape } from './operation.ts';

/** The tensor in the layout of slots that belongs to one of a single image. */
export const inSlots = (tensor: string): string => `${tensor} in slots`;

/** A tensor's own name, and whether it is in the layout of slots. */
export function withoutSlots(tensor: string): { readonly tensor: string; readonly inSlots: boolean } {
  const suffix = inSlots('');
  const found = tensor.endsWith(suffix);
  return { tensor: found ? tensor.slice(0, -suffix.length) : tensor, inSlots: found };
}

/** The image of the first slot, of a tensor that somebody outside writes. */
export function tapeTaken(tape: Tape, tensor: string, values: number): void {
  tape.tensor(tensor, values);
  tape.add(`${tensor} from its slot`, takeImage(values), [inSlots(tensor), tensor]);
}

/** The slots of a tensor that somebody outside reads. */
export function tapeGiven(tape: Tape, tensor: string, values: number): void {
  const slots = tape.tensor(inSlots(tensor), 4 * values, true);
  tape.add(`${tensor} into its slot`, giveImage(values), [slots, tensor]);
}
