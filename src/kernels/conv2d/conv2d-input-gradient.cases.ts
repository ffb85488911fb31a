/**
 * The gradient of a convolution with respect to its input, as a convolution of dy; see `shaders/conv2d/conv2d-input-gradient.wgsl`.
 * Cases: gradients of convolutions with respect to their inputs: the shapes of the convolutions.
 */
import { atLeastOne, type Case, exact, type FamilyCases, floats, given, unwritten } from '../case.ts';
import { ceil4, type FamilyReference, placeOf, sizes } from '../reference.ts';
import { throughPool } from '../layers/max-pool.ts';
import { poolOf, pooledBytes } from '../layers/max-pool.cases.ts';
import {
  conv2dInputGradient,
  conv2dInputGradientFamily,
  inputGradientBiasFloats,
  transposeConvWeights,
  transposedWeightFloats,
} from './conv2d-input-gradient.ts';
import {
  convolution,
  convShapes,
  fewImagesShapes,
  inputFloats,
  type NamedConvShape,
  outputFloats,
  weightFloats,
} from './conv2d.cases.ts';

export const conv2dInputGradientReference = {
  /** transposed[g, o, t, u, φy, φx, i] = w[g, i, a, b, o], or zero where the kernel has no tap (a, b). */
  transpose_weights: {
    results: {
      transposed: (operands) => {
        const { IN_CHANNELS, OUT_CHANNELS, KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE } = sizes(
          operands,
          'IN_CHANNELS',
          'OUT_CHANNELS',
          'KERNEL_HEIGHT',
          'KERNEL_WIDTH',
          'STRIDE',
        );
        const { PHASES_Y, PHASES_X } = sizes(operands, 'PHASES_Y', 'PHASES_X');
        const weights = operands.values('weights');
        const channels = PHASES_Y * PHASES_X * IN_CHANNELS;
        const [reachY, reachX] = [KERNEL_HEIGHT, KERNEL_WIDTH].map((size) =>
          Math.floor((size - 1) / STRIDE),
        ) as [number, number];
        const [tapsY, tapsX] = [reachY + PHASES_Y / STRIDE, reachX + PHASES_X / STRIDE];
        return (index) => {
          const [outer, o, t, u, channel] = placeOf(index, OUT_CHANNELS, tapsY, tapsX, ceil4(channels));
          const [phaseY, phaseX, i] = placeOf(channel, PHASES_X, IN_CHANNELS);
          const [a, b] = [phaseY + STRIDE * (reachY - t), phaseX + STRIDE * (reachX - u)];
          if (channel >= channels || a < 0 || b < 0 || a >= KERNEL_HEIGHT || b >= KERNEL_WIDTH) return 0;
          const tap = ((outer * IN_CHANNELS + i) * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b;
          return weights(tap * ceil4(OUT_CHANNELS) + o);
        };
      },
    },
  },
  variants: convolution,
} satisfies FamilyReference;

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

/** Stored through a pool that made the convolution's input. */
const throughPoolOf = ([name, shape]: NamedConvShape): Case => {
  const { inChannels, inHeight, inWidth, batch } = shape;
  const pool = poolOf(inChannels, [inHeight, inWidth], batch);
  const { launch, operands } = gradient([name, shape]);
  return {
    name: `${name}, through a pool`,
    launch: (target, variant) => throughPool(launch(target, variant), pool),
    operands: { ...operands, y: unwritten(4 * inputFloats(shape)), argmax: pooledBytes(pool) },
  };
};

const pooledShapes = shapes.filter(([name]) =>
  ['padding 2, groups 2', 'stride 2, height and width differ', 'a single image, 13 columns'].includes(name),
);

const conv2dInputGradientCases: FamilyCases<
  typeof conv2dInputGradientFamily,
  'variants' | 'transpose_weights'
> = {
  family: conv2dInputGradientFamily,
  reference: conv2dInputGradientReference,
  cases: {
    transpose_weights: atLeastOne(shapes.map(transposing)),
    variants: atLeastOne([...shapes.map(gradient), ...pooledShapes.map(throughPoolOf)]),
  },
};

export default conv2dInputGradientCases;
