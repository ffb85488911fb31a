/** Convolutions by Winograd: one tile, cut tiles, groups, kernels of 3 and 5, one and two images. */
import type { Launch } from '../../gpu/kernel.ts';
import { atLeastOne, floats, unwritten, type Case, type FamilyCases, type Operand } from '../case.ts';
import { rectified } from '../layers/relu.ts';
import {
  biasFloats,
  convShape,
  inputFloats,
  outputFloats,
  weightFloats,
  type NamedConvShape,
} from './conv2d.cases.ts';
import { winogradReference } from './winograd.reference.ts';
import {
  fitsWinograd,
  winogradOutputTransform,
  winogradInputTransform,
  winogradFilterTransform,
  winogradFloats,
  type WinogradShape,
} from './winograd.ts';

export const winogradShapes: readonly NamedConvShape[] = [
  ['one tile of 3 × 3', convShape(1, 1, [3, 3], [3, 3])],
  [
    '13 × 13 in two groups, as conv4 of AlexNet',
    convShape(8, 12, [13, 13], [3, 3], { padding: 1, groups: 2 }),
  ],
  [
    '27 × 27 of 5 × 5 in two groups, as conv2 of AlexNet',
    convShape(4, 8, [27, 27], [5, 5], { padding: 2, groups: 2 }),
  ],
  ['12 × 12 of 5 × 5, as conv2 of LeNet', convShape(20, 50, [12, 12], [5, 5], { batch: 8 })],
  ['no channel count a multiple of 4', convShape(3, 5, [6, 9], [3, 3], { padding: 1 })],
  ['padding as wide as the kernel', convShape(2, 4, [4, 5], [3, 3], { padding: 2, batch: 12 })],
  ['one image', convShape(6, 8, [13, 13], [3, 3], { padding: 1, batch: 1 })],
  ['two images', convShape(6, 8, [9, 7], [5, 5], { padding: 2, batch: 2 })],
];

const shapes = winogradShapes.flatMap(([name, convolution]) =>
  ([4, 6] as const)
    .map((size): [string, WinogradShape] => [`${name}, tiles of ${String(size)}`, { convolution, size }])
    .filter(([, shape]) => fitsWinograd(shape)),
);

const casesOf = (
  launch: (shape: WinogradShape) => Launch,
  operands: (shape: WinogradShape) => Record<string, Operand>,
) =>
  atLeastOne(
    shapes.map(([name, shape]): Case => {
      // Points up to 2 multiply rounding errors by their powers.
      const tolerance = { atol: 1e-4, rtol: 1e-5 };
      return { name, launch: () => launch(shape), operands: operands(shape), tolerance };
    }),
  );

const outputOf = (shape: WinogradShape) => ({
  products: floats(winogradFloats(shape).products),
  y: unwritten(outputFloats(shape.convolution)),
});

export const winogradCases: FamilyCases<keyof typeof winogradReference> = {
  reference: winogradReference,
  cases: {
    filter_transform: casesOf(winogradFilterTransform, (shape) => ({
      weights: floats(weightFloats(shape.convolution)),
      bias: floats(biasFloats(shape.convolution)),
      transformed: unwritten(winogradFloats(shape).weights),
      transformed_bias: unwritten(winogradFloats(shape).bias),
    })),
    input_transform: casesOf(winogradInputTransform, (shape) => ({
      x: floats(inputFloats(shape.convolution)),
      tiles: unwritten(winogradFloats(shape).tiles),
    })),
    output_transform: [
      ...casesOf(winogradOutputTransform, outputOf),
      ...casesOf((shape) => rectified(winogradOutputTransform(shape)), outputOf)
        .slice(1, 3)
        .map((one) => ({ ...one, name: `${one.name}, rectified` })),
    ],
  },
};
