/** Words written to where a table says; see `shaders/ascent/scatter.wgsl`. */
import { sizes, type FamilyReference } from '../reference.ts';

export const scatterReference = {
  main: {
    results: {
      /** y[place[i]] = x[i]; other places stay. */
      y: (operands) => {
        const { COUNT } = sizes(operands, 'COUNT');
        const [x, place, before] = [operands.values('x'), operands.values('place'), operands.values('y')];
        return (index) => {
          for (let from = 0; from < COUNT; from++) if (place(from) === index) return x(from);
          return before(index);
        };
      },
    },
  },
} satisfies FamilyReference;
