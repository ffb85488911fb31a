/** Gradients of convolutions with respect to their weights: the shapes of convolutions of four images and more. */
import { atLeastOne, floats, unwritten, type FamilyCases } from '../case.ts';
import { conv2dWeightGradientReference } from './conv2d-weight-gradient.reference.ts';
import { conv2dWeightGradient } from './conv2d-weight-gradient.ts';
import { convShapes, inputFloats, outputFloats, weightFloats } from './conv2d.cases.ts';

export const conv2dWeightGradientCases: FamilyCases<keyof typeof conv2dWeightGradientReference> = {
  reference: conv2dWeightGradientReference,
  cases: {
    variants: atLeastOne(
      convShapes.map(([name, shape]) => ({
        name,
        launch: (target, variant) => conv2dWeightGradient(shape, target, variant),
        operands: {
          x: floats(inputFloats(shape)),
          dy: floats(outputFloats(shape)),
          dw: unwritten(weightFloats(shape)),
        },
        // Sums over pixels and images have hundreds of terms.
        tolerance: { atol: 1e-4, rtol: 1e-4 },
      })),
    ),
  },
};
