/**
 * The convolution by its formula; see `shaders/conv2d/conv2d.wgsl`.
 * Cases: shapes of convolutions that every variant must get right, forward and backward.
 */
import { atLeastOne, type Case, type FamilyCases, floats, given, randomFloats, unwritten } from '../case.ts';
import { rectified } from '../layers/relu.ts';
import {
  ceil4,
  type FamilyReference,
  finished,
  type Operands,
  placeOf,
  type Reference,
  sizes,
  storedThroughPool,
} from '../reference.ts';
import type { ConvShape } from './conv-shape.ts';
import { conv2d, conv2dFamily } from './conv2d.ts';

/**
 * s[o, r, c, n] = bias[o] + Σ_{i, a, b} w[i, a, b, o] · x[i, r · STRIDE + a − PADDING, c · STRIDE + b − PADDING, n], within each
 * group: at a position and output of a group, of an image.
 */
export function convolutionSums(operands: Operands) {
  const { GROUPS, IN_CHANNELS, OUT_CHANNELS } = sizes(operands, 'GROUPS', 'IN_CHANNELS', 'OUT_CHANNELS');
  const { IN_HEIGHT, IN_WIDTH } = sizes(operands, 'IN_HEIGHT', 'IN_WIDTH');
  const { KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X, PADDING_Y, PADDING_X } = sizes(
    operands,
    'KERNEL_HEIGHT',
    'KERNEL_WIDTH',
    'STRIDE_Y',
    'STRIDE_X',
    'PADDING_Y',
    'PADDING_X',
  );
  const [weights, bias, x] = [
    operands.values('weights'),
    operands.values('bias'),
    operands.values('x'),
  ] as const;
  const batch = operands.length('x') / (GROUPS * IN_CHANNELS * IN_HEIGHT * IN_WIDTH);
  const pitch = ceil4(OUT_CHANNELS);
  const sumAt = (group: number, output: number, row: number, column: number, image: number): number => {
    let sum = bias(group * pitch + output);
    for (let i = 0; i < IN_CHANNELS; i++)
      for (let a = 0; a < KERNEL_HEIGHT; a++)
        for (let b = 0; b < KERNEL_WIDTH; b++) {
          const [y, z] = [row * STRIDE_Y + a - PADDING_Y, column * STRIDE_X + b - PADDING_X];
          if (y < 0 || z < 0 || y >= IN_HEIGHT || z >= IN_WIDTH) continue;
          const input = group * IN_CHANNELS + i;
          const weight = weights(((input * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b) * pitch + output);
          sum += weight * x(((input * IN_HEIGHT + y) * IN_WIDTH + z) * batch + image);
        }
    return sum;
  };
  return { sumAt, batch };
}

/** Of a gradient to the input, a position makes a block of PHASES_Y × PHASES_X pixels, each from channels of its own. */
export const convolution: Reference = {
  measured: true,
  results: {
    y: (operands) => {
      const { OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH } = sizes(
        operands,
        'OUT_CHANNELS',
        'OUT_HEIGHT',
        'OUT_WIDTH',
      );
      const { PHASES_Y = 1, PHASES_X = 1, OFFSET_Y = 0, OFFSET_X = 0 } = operands.constants;
      const channels = OUT_CHANNELS / (PHASES_Y * PHASES_X);
      const { sumAt, batch } = convolutionSums(operands);
      return storedThroughPool(operands, batch, (index) => {
        const [group, channel, row, column, image] = placeOf(index, channels, OUT_HEIGHT, OUT_WIDTH, batch);
        const [positionY, phaseY] = placeOf(row + OFFSET_Y, PHASES_Y);
        const [positionX, phaseX] = placeOf(column + OFFSET_X, PHASES_X);
        const output = (phaseY * PHASES_X + phaseX) * channels + channel;
        return finished(operands, sumAt(group, output, positionY, positionX, image));
      });
    },
  },
};

export const conv2dReference = { variants: convolution } satisfies FamilyReference;

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

const conv2dCases: FamilyCases<typeof conv2dFamily> = {
  family: conv2dFamily,
  reference: conv2dReference,
  cases: {
    variants: atLeastOne([
      ...[...convShapes, ...fewImagesShapes].map(caseOf),
      ...rectifiedShapes.map(rectifiedOf),
    ]),
  },
};

export default conv2dCases;
