/** How rough a picture is: what regularisers of gradient ascent are to lower (paper's supplement). */
import type { Image } from '../image/image.ts';

/**
 * Anisotropic total variation (Rudin, Osher and Fatemi, 1992) for each pair of neighbours: the mean difference between a pixel
 * and the one to its right or below, in bytes, over all channels. 0 for a picture of one pixel.
 */
export function totalVariation({ extent: [channels, height, width], bytes }: Image): number {
  let sum = 0;
  let pairs = 0;
  const add = (from: number, to: number) => {
    sum += Math.abs((bytes[from] ?? 0) - (bytes[to] ?? 0));
    pairs++;
  };
  for (let row = 0; row < channels * height; row++) {
    const hasBelow = row % height < height - 1;
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      if (column < width - 1) add(at, at + 1);
      if (hasBelow) add(at, at + width);
    }
  }
  return pairs === 0 ? 0 : sum / pairs;
}
