/** The sum of two tensors; see `shaders/layers/add.wgsl`. */
import type { FamilyReference } from '../reference.ts';

export const addReference = {
  main: {
    results: {
      /** b ← a + b */
      b: (operands) => {
        const [a, b] = [operands.values('a'), operands.values('b')];
        return (index) => a(index) + b(index);
      },
    },
  },
} satisfies FamilyReference;
