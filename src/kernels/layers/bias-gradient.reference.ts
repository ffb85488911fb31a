/** What reaches a channel, summed up; see `shaders/layers/bias-gradient.wgsl`. */
import { sizes, sumOver, type FamilyReference } from '../reference.ts';

export const biasGradientReference = {
  main: {
    results: {
      /** db[o] = Σ over pixels and images of dy[o, pixel, n] */
      db: (operands) => {
        const { COUNT } = sizes(operands, 'COUNT');
        const dy = operands.values('dy');
        return (channel) => sumOver(4 * COUNT, (at) => dy(channel * 4 * COUNT + at));
      },
    },
  },
} satisfies FamilyReference;
