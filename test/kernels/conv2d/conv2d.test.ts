import { expect, test } from 'vitest';
import type { ConvShape } from '../../../src/kernels/conv2d/conv-shape.ts';
import { conv2d } from '../../../src/kernels/conv2d/conv2d.ts';
import { conv2dVariants } from '../../../src/kernels/conv2d/conv2d-variants.ts';
import { rectified } from '../../../src/kernels/layers/relu.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { convCases, convMatrix, fewImagesCases } from './conv-cases.ts';
import { namedPairs, ofEveryKind } from '../covering-pairs.ts';
import { expectClose, expectRectified, randomRows, randomValues } from '../numbers.ts';
import * as reference from '../reference.ts';

/** What a variant computes, and what plain loops do. */
async function computed(shape: ConvShape, variant: string, rectify: boolean) {
  const gpu = await openTestGpu();
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth, batch } = shape;
  const outs = outChannels / groups;
  const weights = randomRows(inChannels * kernelHeight * kernelWidth, outs, 1);
  const bias = randomRows(groups, outs, 2);
  if (rectify) bias[0] = NaN;
  const x = randomValues(inChannels * shape.inHeight * shape.inWidth * batch, 3);
  const launch = rectified(conv2d(shape, gpu, variant), rectify);
  expect(launch.kernel.variant).toBe(variant);
  const expected = reference.conv2d(shape, weights, bias, x);
  return { y: await runLaunch(gpu, launch, { weights, bias, x }, expected.length), expected };
}

test.each(namedPairs(convMatrix(conv2dVariants)))(
  'conv2d %s agrees with plain loops: %s',
  async (variant, _, [, shape]) => {
    const { y, expected } = await computed(shape, variant, false);
    expect(expected).toHaveLength(shape.outChannels * shape.outHeight * shape.outWidth * shape.batch);
    expectClose(y, expected);
  },
);

/** Storing is the same for all variants of a kind. */
const rectifiedCases = [convCases.find(([what]) => what === 'padding 1')!, fewImagesCases[0]!];

test.each(namedPairs({ ...ofEveryKind(convMatrix(conv2dVariants)), shapes: rectifiedCases, edges: [] }))(
  'conv2d %s stores what is positive, and NaN: %s',
  async (variant, _, [, shape]) => {
    const { y, expected } = await computed(shape, variant, true);
    expectRectified(y, expected);
  },
);
