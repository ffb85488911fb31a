/**
 * A convolution and the maximum over windows of its result, by their formulas; see `shaders/conv2d/conv2d-max-pool.wgsl`.
 * Cases: shapes whose windows fill the result or leave a row over, padding, strides, groups, few images.
 */
import { atLeastOne, type Case, type FamilyCases, floats, given, randomFloats, unwritten } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, type Reference, sizes } from '../reference.ts';
import {
  biasFloats,
  convolutionSums,
  convShape,
  inputFloats,
  weightFloats,
  type NamedConvShape,
} from './conv2d.cases.ts';
import { conv2dMaxPool, conv2dMaxPoolFamily } from './conv2d-max-pool.ts';
import { pooledExtent, type ConvMaxPoolShape } from './conv2d-max-pool-variants.ts';

/** The sums of a window, row by row. */
function sumsOf(operands: Operands) {
  const { OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, SIZE } = sizes(
    operands,
    'OUT_CHANNELS',
    'OUT_HEIGHT',
    'OUT_WIDTH',
    'SIZE',
  );
  const { sumAt, batch } = convolutionSums(operands);
  const windowAt = (index: number): number[] => {
    const [group, output, row, column, image] = placeOf(index, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, batch);
    return Array.from({ length: SIZE * SIZE }, (_, place) => {
      const [v, h] = placeOf(place, SIZE);
      return sumAt(group, output, row * SIZE + v, column * SIZE + h, image);
    });
  };
  return { windowAt, batch };
}

const pooled: Reference = {
  measured: true,
  results: {
    y: (operands) => {
      const { windowAt } = sumsOf(operands);
      return (index) => Math.max(...windowAt(index));
    },
    /** A byte for each image of an element, which is a word however few they are; undefined where two sums are nearly equal. */
    argmax: (operands) => {
      const { windowAt, batch } = sumsOf(operands);
      const together = Math.min(4, batch);
      return (index) => {
        const [word, byte] = placeOf(index, 4);
        if (byte >= together) return 0;
        const window = windowAt(word * together + byte);
        if (window.some(Number.isNaN)) return undefined;
        const [most = 0, second = -Infinity] = [...window].sort((one, other) => other - one);
        return most - second < 1e-4 ? undefined : window.indexOf(most);
      };
    },
  },
};

export const conv2dMaxPoolReference = { variants: pooled } satisfies FamilyReference;

const shapes: readonly NamedConvShape[] = [
  ['one window, one channel', convShape(1, 1, [2, 2], [1, 1])],
  ['20 channels of 5 × 5, as in LeNet', convShape(1, 20, [12, 16], [5, 5], { batch: 40 })],
  ['50 channels from several', convShape(3, 50, [8, 10], [3, 3], { batch: 8 })],
  ['a row and a column left over', convShape(2, 6, [7, 9], [3, 3], { batch: 12 })],
  ['padding 1', convShape(2, 5, [6, 6], [3, 3], { padding: 1, batch: 8 })],
  ['padding 2, groups 2', convShape(4, 10, [6, 8], [5, 5], { padding: 2, groups: 2 })],
  ['stride 2, height and width differ', convShape(2, 6, [9, 14], [3, 2], { stride: 2, padding: 1 })],
  ['more images than a workgroup takes', convShape(2, 4, [5, 5], [2, 2], { batch: 300 })],
  [
    'a single image, padding 2, groups 2',
    convShape(6, 20, [9, 17], [5, 5], { padding: 2, groups: 2, batch: 1 }),
  ],
  ['two images, 13 columns', convShape(5, 12, [14, 15], [3, 3], { batch: 2 })],
];

const shapeOf = (shape: NamedConvShape[1]): ConvMaxPoolShape => ({ ...shape, size: 2 });

function operandsOf(shape: ConvMaxPoolShape) {
  const [height, width] = pooledExtent(shape);
  const elements = shape.outChannels * height * width;
  return {
    weights: floats(weightFloats(shape)),
    bias: floats(biasFloats(shape)),
    x: floats(inputFloats(shape)),
    y: unwritten(elements * shape.batch),
    argmax: unwritten((elements * shape.batch * 4) / Math.min(4, shape.batch), 'bytes'),
  };
}

const caseOf = ([name, shape]: NamedConvShape): Case => ({
  name,
  launch: (target, variant) => conv2dMaxPool(shapeOf(shape), target, variant),
  operands: operandsOf(shapeOf(shape)),
});

/** NaN, which the bias gives to the first channel, stays NaN. */
function overflowing(): Case {
  const shape = shapeOf(convShape(2, 5, [6, 6], [3, 3], { batch: 8 }));
  const bias = randomFloats(biasFloats(shape), 1);
  bias[0] = NaN;
  return {
    ...caseOf(['a bias that is no number', shape]),
    operands: { ...operandsOf(shape), bias: given(bias) },
  };
}

const conv2dMaxPoolCases: FamilyCases<typeof conv2dMaxPoolFamily> = {
  family: conv2dMaxPoolFamily,
  reference: conv2dMaxPoolReference,
  cases: { variants: atLeastOne([...shapes.map(caseOf), overflowing()]) },
};

export default conv2dMaxPoolCases;
