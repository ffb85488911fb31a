/**
 * The rectified linear unit; see `shaders/layers/relu.wgsl`.
 * Cases: rectified linear units of tensors whose length four divides or does not.
 */
import { atLeastOne, exact, type FamilyCases, floats, unwritten } from '../case.ts';
import type { FamilyReference } from '../reference.ts';
import { relu, reluFamily, reluInputGradient } from './relu.ts';

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

const lengths = [4, 5, 131, 252, 260];

const reluCases: FamilyCases<typeof reluFamily> = {
  family: reluFamily,
  reference: reluReference,
  cases: {
    forward: atLeastOne(
      lengths.map((values) => ({
        name: `${String(values)} values`,
        launch: () => relu(values),
        operands: { x: floats(values), y: unwritten(values) },
        tolerance: exact,
      })),
    ),
    input_gradient: atLeastOne(
      lengths.map((values) => ({
        name: `${String(values)} values`,
        launch: () => reluInputGradient(values),
        operands: { x: floats(values), dy: floats(values), y: unwritten(values) },
        tolerance: exact,
      })),
    ),
  },
};

export default reluCases;
