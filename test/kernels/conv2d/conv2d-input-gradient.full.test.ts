import { test } from 'vitest';
import {
  conv2dInputGradient,
  inputGradientBiasFloats,
  transposeConvWeights,
  transposedWeightFloats,
} from '../../../src/kernels/conv2d/conv2d-input-gradient.ts';
import { conv2dVariants } from '../../../src/kernels/conv2d/conv2d-variants.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { convMatrix } from './conv-cases.ts';
import { namedPairs, once } from '../covering-pairs.ts';
import { expectClose, randomRows, randomValues } from '../numbers.ts';
import * as reference from '../reference.ts';

// Blocks of pixels are the same in every tile, whose edges are those of the convolution itself, which tries all pairs.
test.each(namedPairs({ ...convMatrix(conv2dVariants), edges: [once] }, false))(
  'conv2d-input-gradient %s agrees with plain loops: %s',
  async (variant, _, [, shape]) => {
    const gpu = await openTestGpu();
    const { groups, inChannels, outChannels, kernelHeight, kernelWidth, batch } = shape;
    const weights = randomRows(inChannels * kernelHeight * kernelWidth, outChannels / groups, 1);
    const transposed = await runLaunch(
      gpu,
      transposeConvWeights(shape),
      { weights },
      transposedWeightFloats(shape),
    );
    const dy = randomValues(outChannels * shape.outHeight * shape.outWidth * batch, 2);
    const zeros = new Float32Array(inputGradientBiasFloats(shape));
    const launch = conv2dInputGradient(shape, gpu, variant);
    const dx = await runLaunch(
      gpu,
      launch,
      { weights: transposed, bias: zeros, x: dy },
      inChannels * shape.inHeight * shape.inWidth * batch,
    );
    expectClose(dx, reference.conv2dInputGradient(shape, weights, dy));
  },
);
