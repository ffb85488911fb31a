import { expect, test } from 'vitest';
import { transpose, transposeConvWeights } from '../../src/kernels/transpose.ts';
import { openTestGpu, runLaunch } from '../gpu.ts';
import { convCases } from './conv-cases.ts';
import { randomRows } from './numbers.ts';
import * as reference from './reference.ts';

test.each([
  [1, 1],
  [5, 3],
  [4, 8],
  [37, 50],
])('a matrix of %i × %i is turned, its padding zero', async (rows, columns) => {
  const gpu = await openTestGpu();
  const x = randomRows(rows, columns, 1);
  const expected = reference.transpose(1, rows, 1, columns, x);
  const y = await runLaunch(gpu, transpose(rows, columns), [x], expected.length);
  expect([...y]).toEqual([...expected]);
});

test.each(convCases)('weights are turned for the gradient to the input: %s', async (_, shape) => {
  const gpu = await openTestGpu();
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth } = shape;
  const taps = kernelHeight * kernelWidth;
  const weights = randomRows(inChannels * taps, outChannels / groups, 1);
  const expected = reference.transpose(groups, inChannels / groups, taps, outChannels / groups, weights);
  const turned = await runLaunch(gpu, transposeConvWeights(shape), [weights], expected.length);
  expect([...turned]).toEqual([...expected]);
});
