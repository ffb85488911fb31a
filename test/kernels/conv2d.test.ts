import { describe, expect, test } from 'vitest';
import { conv2d, conv2dVariants } from '../../src/kernels/conv2d.ts';
import { openTestGpu, runLaunch } from '../gpu.ts';
import { convCases, fewImagesCases } from './conv-cases.ts';
import { expectClose, randomRows, randomValues } from './numbers.ts';
import * as reference from './reference.ts';

describe.each(conv2dVariants.map(({ name }) => name))('conv2d %s', (variant) => {
  test.each([...convCases, ...fewImagesCases])('agrees with plain loops: %s', async (_, shape) => {
    const gpu = await openTestGpu();
    const { groups, inChannels, outChannels, kernelHeight, kernelWidth, batch } = shape;
    const outs = outChannels / groups;
    const weights = randomRows(inChannels * kernelHeight * kernelWidth, outs, 1);
    const bias = randomRows(groups, outs, 2);
    const x = randomValues(inChannels * shape.inHeight * shape.inWidth * batch, 3);
    const launch = conv2d(shape, gpu, variant);
    const y = await runLaunch(
      gpu,
      launch,
      [weights, bias, x],
      outChannels * shape.outHeight * shape.outWidth * batch,
    );
    expect(launch.kernel.variant).toBe(variant);
    expectClose(y, reference.conv2d(shape, weights, bias, x));
  });
});
