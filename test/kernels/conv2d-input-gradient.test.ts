import { describe, test } from 'vitest';
import { conv2dInputGradient, conv2dInputGradientVariants } from '../../src/kernels/conv2d-input-gradient.ts';
import { openTestGpu, runLaunch } from '../gpu.ts';
import { convCases } from './conv-cases.ts';
import { expectClose, randomRows, randomValues } from './numbers.ts';
import * as reference from './reference.ts';

describe.each(conv2dInputGradientVariants.map(({ name }) => name))('conv2d-input-gradient %s', (variant) => {
  test.each(convCases)('agrees with plain loops: %s', async (_, shape) => {
    const gpu = await openTestGpu();
    const { groups, inChannels, outChannels, kernelHeight, kernelWidth, batch } = shape;
    const taps = kernelHeight * kernelWidth;
    const [ins, outs] = [inChannels / groups, outChannels / groups];
    const weights = randomRows(inChannels * taps, outs, 1);
    const turned = Float32Array.from(reference.transpose(groups, ins, taps, outs, weights));
    const dy = randomValues(outChannels * shape.outHeight * shape.outWidth * batch, 2);
    const launch = conv2dInputGradient(shape, gpu, variant);
    const dx = await runLaunch(
      gpu,
      launch,
      [turned, dy],
      inChannels * shape.inHeight * shape.inWidth * batch,
    );
    expectClose(dx, reference.conv2dInputGradient(shape, weights, dy));
  });
});
