/** The rectified linear unit; see `shaders/layers/relu.wgsl`. */
import type { FamilyReference } from '../reference.ts';

export const reluReference = {
  forward: {
    measured: true,
    results: {
      /** y = max(0, x) */
      y: (operands) => {
        const x = operands.values('x');
        return (index) => Math.max(0, x(index));
      },
    },
  },
  input_gradient: {
    measured: true,
    results: {
      /** dx = dy where the forward pass's y is above 0; here y is `x` and dx is `y`. */
      y: (operands) => {
        const [x, dy] = [operands.values('x'), operands.values('dy')];
        return (index) => (x(index) > 0 ? dy(index) : 0);
      },
    },
  },
} satisfies FamilyReference;
