/**
 * The gradient of a convolution with respect to its weights and biases by its formula; see `shaders/conv2d/conv2d-weight-gradient.wgsl`.
 * Cases: gradients of convolutions with respect to their weights: the shapes of convolutions of four images and more, and of dense layers.
 */
import { atLeastOne, type FamilyCases, floats, unwritten } from '../case.ts';
import { ceil4, type FamilyReference, placeOf, sizes, sumOver } from '../reference.ts';
import { conv2dWeightGradient, conv2dWeightGradientFamily, denseShape } from './conv2d-weight-gradient.ts';
import {
  biasFloats,
  convShapes,
  inputFloats,
  outputFloats,
  weightFloats,
  type NamedConvShape,
} from './conv2d.cases.ts';

export const weightGradientShapes: readonly NamedConvShape[] = [
  ...convShapes,
  ['a dense layer', denseShape(70, 33, 64)],
  ['a dense layer whose taps fill tiles', denseShape(32, 8, 12)],
];

export const conv2dWeightGradientReference = {
  /** dw[i, a, b, o] = Σ_{r, c, n} x[i, r · STRIDE + a − PADDING, c · STRIDE + b − PADDING, n] · dy[o, r, c, n]; padding is zero. */
  variants: {
    measured: true,
    results: {
      dw: (operands) => {
        const { IN_CHANNELS, OUT_CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH } = sizes(
          operands,
          'IN_CHANNELS',
          'OUT_CHANNELS',
          'IN_HEIGHT',
          'IN_WIDTH',
          'OUT_HEIGHT',
          'OUT_WIDTH',
        );
        const { KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE, PADDING, BATCH } = sizes(
          operands,
          'KERNEL_HEIGHT',
          'KERNEL_WIDTH',
          'STRIDE',
          'PADDING',
          'BATCH',
        );
        const [x, dy] = [operands.values('x'), operands.values('dy')];
        const batch = 4 * BATCH;
        return (index) => {
          const [input, a, b, output] = placeOf(index, KERNEL_HEIGHT, KERNEL_WIDTH, ceil4(OUT_CHANNELS));
          if (output >= OUT_CHANNELS) return 0;
          const channel = Math.floor(input / IN_CHANNELS) * OUT_CHANNELS + output;
          let sum = 0;
          for (let r = 0; r < OUT_HEIGHT; r++)
            for (let c = 0; c < OUT_WIDTH; c++) {
              const [y, z] = [r * STRIDE + a - PADDING, c * STRIDE + b - PADDING];
              if (y < 0 || z < 0 || y >= IN_HEIGHT || z >= IN_WIDTH) continue;
              const from = ((input * IN_HEIGHT + y) * IN_WIDTH + z) * batch;
              const upstream = ((channel * OUT_HEIGHT + r) * OUT_WIDTH + c) * batch;
              for (let image = 0; image < batch; image++) sum += x(from + image) * dy(upstream + image);
            }
          return sum;
        };
      },
      /** db[o] = Σ_{r, c, n} dy[o, r, c, n] */
      db: (operands) => {
        const { OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH, BATCH } = sizes(
          operands,
          'OUT_CHANNELS',
          'OUT_HEIGHT',
          'OUT_WIDTH',
          'BATCH',
        );
        const dy = operands.values('dy');
        const plane = OUT_HEIGHT * OUT_WIDTH * 4 * BATCH;
        return (index) => {
          const [group, output] = placeOf(index, ceil4(OUT_CHANNELS));
          if (output >= OUT_CHANNELS) return 0;
          return sumOver(plane, (at) => dy((group * OUT_CHANNELS + output) * plane + at));
        };
      },
    },
  },
} satisfies FamilyReference;

const conv2dWeightGradientCases: FamilyCases<typeof conv2dWeightGradientFamily> = {
  family: conv2dWeightGradientFamily,
  reference: conv2dWeightGradientReference,
  cases: {
    variants: atLeastOne(
      weightGradientShapes.map(([name, shape]) => ({
        name,
        launch: (target, variant) => conv2dWeightGradient(shape, target, variant),
        operands: {
          x: floats(inputFloats(shape)),
          dy: floats(outputFloats(shape)),
          dw: unwritten(weightFloats(shape)),
          db: unwritten(biasFloats(shape)),
        },
        // Sums over pixels and images have hundreds of terms.
        tolerance: { atol: 1e-4, rtol: 1e-4 },
      })),
    ),
  },
};

export default conv2dWeightGradientCases;
