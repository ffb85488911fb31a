import { expect, test } from 'vitest';
import {
  conv2dWeightGradient,
  conv2dWeightGradientVariants,
} from '../../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { weightGradientMatrix } from './conv-cases.ts';
import { namedPairs } from '../covering-pairs.ts';
import { expectClose, randomValues } from '../numbers.ts';
import * as reference from '../reference.ts';

test.each(namedPairs(weightGradientMatrix(conv2dWeightGradientVariants)))(
  'conv2d-weight-gradient %s agrees with plain loops, padding zero, twice the same bits: %s',
  async (variant, _, [, shape]) => {
    const gpu = await openTestGpu();
    const { inChannels, outChannels, batch } = shape;
    const x = randomValues(inChannels * shape.inHeight * shape.inWidth * batch, 1);
    const dy = randomValues(outChannels * shape.outHeight * shape.outWidth * batch, 2);
    const expected = reference.conv2dWeightGradient(shape, x, dy);
    const launch = conv2dWeightGradient(shape, gpu, variant);
    const dw = await runLaunch(gpu, launch, { x, dy }, expected.length);
    expectClose(dw, expected, { atol: 1e-4, rtol: 1e-4 });
    expect(await runLaunch(gpu, launch, { x, dy }, expected.length)).toEqual(dw);
  },
);
