/** The crops of an image that a network is shown (paper §2.1). */
import type { Extent } from '../nn/layer.ts';

export interface ImageView {
  readonly top: number;
  readonly left: number;
  readonly mirrored: boolean;
}

/** The centre alone, or the four corners and the centre, each as it is and mirrored. */
export function viewsOf(
  [, imageHeight, imageWidth]: Extent,
  [, height, width]: Extent,
  crops: 1 | 10,
): ImageView[] {
  const bottom = imageHeight - height;
  const right = imageWidth - width;
  const centre = { top: Math.floor(bottom / 2), left: Math.floor(right / 2) };
  if (crops === 1) return [{ ...centre, mirrored: false }];
  const corners = [
    { top: 0, left: 0 },
    { top: 0, left: right },
    { top: bottom, left: 0 },
    { top: bottom, left: right },
    centre,
  ];
  return [false, true].flatMap((mirrored) => corners.map((corner) => ({ ...corner, mirrored })));
}
