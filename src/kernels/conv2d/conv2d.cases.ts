/** Shapes of convolutions that every variant must get right, forward and backward. */
import { atLeastOne, floats, given, randomFloats, unwritten, type Case, type FamilyCases } from '../case.ts';
import { rectified } from '../layers/relu.ts';
import { ceil4 } from '../reference.ts';
import type { ConvShape } from './conv-shape.ts';
import { conv2dReference } from './conv2d.reference.ts';
import { conv2d } from './conv2d.ts';

/** @param inChannels and outChannels of all groups together */
export function convShape(
  inChannels: number,
  outChannels: number,
  inside: readonly [height: number, width: number],
  kernel: readonly [height: number, width: number],
  { stride = 1, padding = 0, groups = 1, batch = 4 } = {},
): ConvShape {
  const [inHeight, inWidth] = inside;
  const [kernelHeight, kernelWidth] = kernel;
  return {
    groups,
    inChannels,
    outChannels,
    inHeight,
    inWidth,
    outHeight: Math.floor((inHeight + 2 * padding - kernelHeight) / stride) + 1,
    outWidth: Math.floor((inWidth + 2 * padding - kernelWidth) / stride) + 1,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    batch,
  };
}

export type NamedConvShape = readonly [name: string, shape: ConvShape];

export const convShapes: readonly NamedConvShape[] = [
  ['one pixel, one channel', convShape(1, 1, [1, 1], [1, 1])],
  ['pointwise, no channel count a multiple of 4', convShape(3, 5, [3, 2], [1, 1], { batch: 12 })],
  ['pointwise, channels taken four at a time', convShape(8, 12, [3, 5], [1, 1])],
  ['20 channels of 5 × 5, as in LeNet', convShape(1, 20, [9, 8], [5, 5], { batch: 40 })],
  ['50 channels from several', convShape(3, 50, [7, 6], [3, 3], { batch: 8 })],
  ['padding 1', convShape(2, 3, [5, 5], [3, 3], { padding: 1, batch: 8 })],
  ['padding 2, groups 2', convShape(4, 10, [6, 7], [5, 5], { padding: 2, groups: 2 })],
  [
    'stride 2, height and width differ',
    convShape(2, 6, [8, 11], [3, 2], { stride: 2, padding: 1, batch: 40 }),
  ],
  ['stride 4, kernel 11, as in AlexNet', convShape(3, 8, [23, 27], [11, 11], { stride: 4 })],
  ['stride larger than the kernel, rows left over', convShape(2, 4, [9, 9], [2, 2], { stride: 3 })],
  ['stride as large as the kernel, a row left over', convShape(2, 5, [5, 5], [2, 2], { stride: 2 })],
  ['stride larger than the kernel, more left over', convShape(3, 4, [4, 6], [2, 2], { stride: 3, batch: 8 })],
  ['stride 2, padding 2, groups 2', convShape(4, 8, [9, 8], [5, 5], { stride: 2, padding: 2, groups: 2 })],
  ['more images than a workgroup takes', convShape(2, 4, [3, 3], [2, 2], { batch: 300 })],
];

/** Of one or two images. Networks of so few have no gradient with respect to weights. */
export const fewImagesShapes: readonly NamedConvShape[] = [
  ['a single image of one pixel', convShape(1, 1, [1, 1], [1, 1], { batch: 1 })],
  [
    'a single image, padding 2, groups 2',
    convShape(6, 20, [9, 17], [5, 5], { padding: 2, groups: 2, batch: 1 }),
  ],
  ['a single image, 13 columns', convShape(5, 12, [13, 13], [3, 3], { padding: 1, batch: 1 })],
  ['a single image, stride 4, kernel 11', convShape(3, 8, [23, 27], [11, 11], { stride: 4, batch: 1 })],
  [
    'two images, stride 2, padding 1',
    convShape(4, 10, [6, 37], [3, 2], { stride: 2, padding: 1, groups: 2, batch: 2 }),
  ],
];

export const inputFloats = ({ inChannels, inHeight, inWidth, batch }: ConvShape): number =>
  inChannels * inHeight * inWidth * batch;
export const outputFloats = ({ outChannels, outHeight, outWidth, batch }: ConvShape): number =>
  outChannels * outHeight * outWidth * batch;
const outputPitch = ({ outChannels, groups }: ConvShape): number => ceil4(outChannels / groups);
export const weightFloats = (shape: ConvShape): number =>
  shape.inChannels * shape.kernelHeight * shape.kernelWidth * outputPitch(shape);
export const biasFloats = (shape: ConvShape): number => shape.groups * outputPitch(shape);

const operandsOf = (shape: ConvShape) => ({
  weights: floats(weightFloats(shape)),
  bias: floats(biasFloats(shape)),
  x: floats(inputFloats(shape)),
  y: unwritten(outputFloats(shape)),
});

const caseOf = ([name, shape]: NamedConvShape): Case => ({
  name,
  launch: (target, variant) => conv2d(shape, target, variant),
  operands: operandsOf(shape),
});

/** What is positive is stored, and NaN, which the bias gives to the first channel. */
const rectifiedOf = ([name, shape]: NamedConvShape): Case => {
  const bias = randomFloats(biasFloats(shape), 1);
  bias[0] = NaN;
  return {
    name: `${name}, rectified`,
    launch: (target, variant) => rectified(conv2d(shape, target, variant)),
    operands: { ...operandsOf(shape), bias: given(bias) },
  };
};

export const rectifiedShapes = [...convShapes, ...fewImagesShapes].filter(([name]) =>
  ['padding 1', 'a single image, 13 columns'].includes(name),
);

export const conv2dCases: FamilyCases<keyof typeof conv2dReference> = {
  reference: conv2dReference,
  cases: {
    variants: atLeastOne([
      ...[...convShapes, ...fewImagesShapes].map(caseOf),
      ...rectifiedShapes.map(rectifiedOf),
    ]),
  },
};
