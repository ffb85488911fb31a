/** Dropout by counted random numbers; see `shaders/layers/dropout.wgsl`. */
import { threefry2x32 } from '../../random/threefry.ts';
import { sizes, uniformOf, type FamilyReference } from '../reference.ts';

export const dropoutReference = {
  main: {
    results: {
      /** y = x / (1 − RATE) where the number of (key; layer, place) is not below RATE, else 0 */
      y: (operands) => {
        const { RATE, LAYER } = sizes(operands, 'RATE', 'LAYER');
        const [x, key] = [operands.values('x'), operands.values('key')];
        return (index) => {
          const random = threefry2x32([key(0), key(1)], [Math.floor(index / 2), LAYER]);
          const kept = uniformOf(random[index % 2 === 0 ? 0 : 1]) >= Math.fround(RATE);
          return kept ? x(index) / (1 - Math.fround(RATE)) : 0;
        };
      },
    },
  },
} satisfies FamilyReference;
