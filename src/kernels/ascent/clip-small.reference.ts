/** Pixels of small keys; see `shaders/ascent/clip-small.wgsl`. */
import { placeOf, sizes, sumOver, type FamilyReference, type Operands } from '../reference.ts';

/** |Σ over channels of X · g|, or of X². */
function keysOf(operands: Operands) {
  const { CHANNELS, PIXELS, BATCH, CONTRIBUTION } = sizes(
    operands,
    'CHANNELS',
    'PIXELS',
    'BATCH',
    'CONTRIBUTION',
  );
  const [x, g] = [operands.values('x'), operands.values('g')];
  return (pixel: number, image: number) => {
    const sum = sumOver(CHANNELS, (channel) => {
      const at = (channel * PIXELS + pixel) * 4 * BATCH + image;
      return x(at) * (CONTRIBUTION === 1 ? g(at) : x(at));
    });
    return Math.abs(sum);
  };
}

export const clipSmallReference = {
  threshold: {
    results: {
      /** The key of rank RANK among an image's pixels, from 0 for the smallest. */
      thresholds: (operands) => {
        const { PIXELS, RANK } = sizes(operands, 'PIXELS', 'RANK');
        const keyOf = keysOf(operands);
        return (image) => {
          const keys = Array.from({ length: PIXELS }, (_, pixel) => keyOf(pixel, image));
          return keys.sort((a, b) => a - b)[RANK];
        };
      },
    },
  },
  clear: {
    results: {
      /** Zero where the key is below the threshold of the image. */
      x: (operands) => {
        const { PIXELS, BATCH } = sizes(operands, 'PIXELS', 'BATCH');
        const [before, thresholds, keyOf] = [
          operands.values('x'),
          operands.values('thresholds'),
          keysOf(operands),
        ];
        return (index) => {
          const [, pixel, image] = placeOf(index, PIXELS, 4 * BATCH);
          return keyOf(pixel, image) < thresholds(image) ? 0 : before(index);
        };
      },
    },
  },
} satisfies FamilyReference;
