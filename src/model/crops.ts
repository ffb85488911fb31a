/** The crops of an image that a network is shown (paper §2.1). */
import type { ImageView } from '../kernels/image/view.ts';
import type { Extent } from '../network/layer.ts';
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';
import type { Preprocessing } from './preprocessing.ts';

/**
 * The centre alone, or the four corners and the centre, each as it is and mirrored.
 * @param crop side of what a view shows; brought to the network's input where that has another
 */
export function viewsOf([, imageHeight, imageWidth]: Extent, crop: number, crops: 1 | 10): ImageView[] {
  const height = Math.min(crop, imageHeight);
  const width = Math.min(crop, imageWidth);
  const bottom = imageHeight - height;
  const right = imageWidth - width;
  const centre = { top: Math.floor(bottom / 2), left: Math.floor(right / 2) };
  const corners = [
    { top: 0, left: 0 },
    { top: 0, left: right },
    { top: bottom, left: 0 },
    { top: bottom, left: right },
    centre,
  ];
  const places = crops === 1 ? [centre] : corners;
  const mirrorings = crops === 1 ? [false] : [false, true];
  return mirrorings.flatMap((mirrored) => places.map((place) => ({ ...place, height, width, mirrored })));
}

/** Views of an image that is moved at random, with noise upon it: what an image is evolved against that is to withstand both. */
export interface RandomViews {
  /** How far at most to either side, in whole pixels. */
  readonly shift: number;
  /** Standard deviation of the noise on every pixel, in bytes. */
  readonly noise: number;
  /** How many views are averaged. */
  readonly views: number;
  readonly seed: number;
}

/** The centre crop moved; beyond the edge the nearest pixel goes on. The same settings give the same views, noise included. */
export function randomViews(
  { image, crop }: Pick<Preprocessing, 'image' | 'crop'>,
  { shift, views, seed }: RandomViews,
): ImageView[] {
  const random = RandomStream.of(seed, streams.randomViews);
  const within = () => random.below(2 * shift + 1) - shift;
  return Array.from({ length: views }, () => viewsOf(image, crop, 1))
    .flat()
    .map((view, index) => {
      const { key } = RandomStream.of(seed, streams.viewNoise, index);
      return { ...view, top: view.top + within(), left: view.left + within(), key };
    });
}
