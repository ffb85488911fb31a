/** Gradients of convolutions with respect to their inputs: the shapes of the convolutions. */
import { atLeastOne, exact, floats, given, unwritten, type Case, type FamilyCases } from '../case.ts';
import { conv2dInputGradientReference } from './conv2d-input-gradient.reference.ts';
import {
  conv2dInputGradient,
  inputGradientBiasFloats,
  transposeConvWeights,
  transposedWeightFloats,
} from './conv2d-input-gradient.ts';
import {
  convShapes,
  fewImagesShapes,
  inputFloats,
  outputFloats,
  weightFloats,
  type NamedConvShape,
} from './conv2d.cases.ts';

const shapes = [...convShapes, ...fewImagesShapes];

const transposing = ([name, shape]: NamedConvShape): Case => ({
  name,
  launch: () => transposeConvWeights(shape),
  operands: { weights: floats(weightFloats(shape)), transposed: unwritten(transposedWeightFloats(shape)) },
  tolerance: exact,
});

const gradient = ([name, shape]: NamedConvShape): Case => ({
  name,
  launch: (target, variant) => conv2dInputGradient(shape, target, variant),
  operands: {
    weights: floats(transposedWeightFloats(shape)),
    bias: given(new Float32Array(inputGradientBiasFloats(shape))),
    x: floats(outputFloats(shape)),
    y: unwritten(inputFloats(shape)),
  },
});

export const conv2dInputGradientCases: FamilyCases<keyof typeof conv2dInputGradientReference> = {
  reference: conv2dInputGradientReference,
  cases: {
    transpose_weights: atLeastOne(shapes.map(transposing)),
    variants: atLeastOne(shapes.map(gradient)),
  },
};
