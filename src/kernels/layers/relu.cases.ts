/** Rectified linear units of tensors whose length four divides or does not. */
import { atLeastOne, exact, floats, unwritten, type FamilyCases } from '../case.ts';
import { reluReference } from './relu.reference.ts';
import { relu, reluInputGradient } from './relu.ts';

const lengths = [4, 5, 131, 252, 260];

export const reluCases: FamilyCases<keyof typeof reluReference> = {
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
