/** The crops of an image that a network is shown (paper §2.1). */
import type { ImageView } from '../kernels/view.ts';
import type { Extent } from '../nn/layer.ts';

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
