import { describe, expect, test } from 'vitest';
import {
  conv2dWeightGradient,
  conv2dWeightGradientVariants,
} from '../../src/kernels/conv2d-weight-gradient.ts';
import { openTestGpu, runLaunch } from '../gpu.ts';
import { convCases } from './conv-cases.ts';
import { expectClose, randomValues } from './numbers.ts';
import * as reference from './reference.ts';

describe.each(conv2dWeightGradientVariants.map(({ name }) => name))(
  'conv2d-weight-gradient %s',
  (variant) => {
    test.each(convCases)(
      'agrees with plain loops, padding zero, twice the same bits: %s',
      async (_, shape) => {
        const gpu = await openTestGpu();
        const { inChannels, outChannels, batch } = shape;
        const x = randomValues(inChannels * shape.inHeight * shape.inWidth * batch, 1);
        const dy = randomValues(outChannels * shape.outHeight * shape.outWidth * batch, 2);
        const expected = reference.conv2dWeightGradient(shape, x, dy);
        const launch = conv2dWeightGradient(shape, gpu, variant);
        const dw = await runLaunch(gpu, launch, [x, dy], expected.length);
        expectClose(dw, expected, { atol: 1e-4, rtol: 1e-4 });
        expect(await runLaunch(gpu, launch, [x, dy], expected.length)).toEqual(dw);
      },
    );
  },
);
