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
  return (pixel: number, slot: number) => {
    const sum = sumOver(CHANNELS, (channel) => {
      const at = (channel * PIXELS + pixel) * 4 * BATCH + slot;
      return x(at) * (CONTRIBUTION === 1 ? g(at) : x(at));
    });
    return Math.abs(sum);
  };
}

export const clipSmallReference = {
  threshold: {
    results: {
      /** The key of rank RANK among a slot's pixels, from 0 for the smallest. */
      thresholds: (operands) => {
        const { PIXELS, RANK } = sizes(operands, 'PIXELS', 'RANK');
        const keyOf = keysOf(operands);
        return (slot) => {
          const keys = Array.from({ length: PIXELS }, (_, pixel) => keyOf(pixel, slot));
          return keys.sort((a, b) => a - b)[RANK];
        };
      },
    },
  },
  clear: {
    results: {
      /** Zero where the key is below the threshold of the slot. */
      x: (operands) => {
        const { PIXELS, BATCH } = sizes(operands, 'PIXELS', 'BATCH');
        const [before, thresholds, keyOf] = [
          operands.values('x'),
          operands.values('thresholds'),
          keysOf(operands),
        ];
        return (index) => {
          const [, pixel, slot] = placeOf(index, PIXELS, 4 * BATCH);
          return keyOf(pixel, slot) < thresholds(slot) ? 0 : before(index);
        };
      },
    },
  },
} satisfies FamilyReference;
