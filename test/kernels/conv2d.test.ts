import { describe, expect, test } from 'vitest';
import { conv2d, conv2dVariants } from '../../src/kernels/conv2d.ts';
import { rectified } from '../../src/kernels/relu.ts';
import { openTestGpu, runLaunch } from '../gpu.ts';
import { convCases, fewImagesCases } from './conv-cases.ts';
import { expectClose, randomRows, randomValues } from './numbers.ts';
import * as reference from './reference.ts';

const rectifiedCases = [convCases[4]!].map(([name, shape]) => [name, shape, 'rectified'] as const);
const cases = [...convCases, ...fewImagesCases].map(([name, shape]) => [name, shape, 'as it is'] as const);

describe.each(conv2dVariants.map(({ name }) => name))('conv2d %s', (variant) => {
  test.each([...cases, ...rectifiedCases])('agrees with plain loops: %s, $2', async (_, shape, stored) => {
    const gpu = await openTestGpu();
    const { groups, inChannels, outChannels, kernelHeight, kernelWidth, batch } = shape;
    const outs = outChannels / groups;
    const weights = randomRows(inChannels * kernelHeight * kernelWidth, outs, 1);
    const bias = randomRows(groups, outs, 2);
    const x = randomValues(inChannels * shape.inHeight * shape.inWidth * batch, 3);
    const plain = conv2d(shape, gpu, variant);
    const launch = stored === 'rectified' ? rectified(plain) : plain;
    const y = await runLaunch(
      gpu,
      launch,
      [weights, bias, x],
      outChannels * shape.outHeight * shape.outWidth * batch,
    );
    expect(launch.kernel.variant).toBe(variant);
    const expected = reference.conv2d(shape, weights, bias, x);
    expectClose(y, stored === 'rectified' ? expected.map((value) => Math.max(0, value)) : expected);
  });
});
