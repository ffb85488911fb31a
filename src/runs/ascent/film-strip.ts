/** Film strips: the pictures of chosen iterations, small, of the first objectives. */
import { fitImage } from '../../image/fit-image.ts';
import type { Image } from '../../image/image.ts';
import type { AscentSettings } from '../../ascent/settings.ts';

/** Objectives that get a film strip: the first ones. */
export const mostStrips = 24;

/** Small PNGs `frames/0012/0008.png`, by the objective's place and the iteration. */
export const framePath = (objective: number, iteration: number): string =>
  `frames/${String(objective).padStart(4, '0')}/${String(iteration).padStart(4, '0')}.png`;

/** Side of a frame in pixels, at most. */
const largestSide = 112;

/** The start, the iterations 1, 2, 4, 8, … and the last one; nothing where several trials are compared. */
export function isFrame(
  iteration: number,
  { steps, trials }: Pick<AscentSettings, 'steps' | 'trials'>,
): boolean {
  const isPower = (iteration & (iteration - 1)) === 0;
  return trials.length === 1 && (isPower || iteration === steps);
}

/** Whether the objective of that place has a film strip. */
export const hasStrip = (objective: number): boolean => objective < mostStrips;

/** The image at the size of a frame. */
export function frameOf(image: Image): Image {
  const [channels, height, width] = image.extent;
  const shrink = Math.max(1, Math.max(height, width) / largestSide);
  return fitImage(image, [channels, Math.round(height / shrink), Math.round(width / shrink)]);
}
