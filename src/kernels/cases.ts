/**
 * Every kernel family with its reference and cases. What concerns all families goes by this list: the tests that compile every
 * kernel, run it and compare its bindings with its text, the table in `docs/kernels.md`, and `fool bench kernels`, which checks
 * kernels before it times them. For tests and the bench alone: the library is built without it.
 */
import type { Kernel } from '../gpu/kernel.ts';
import { ascentStepCases } from './ascent/ascent-step.cases.ts';
import { axisTransformCases } from './ascent/axis-transform.cases.ts';
import { batchedDotCases } from './ascent/batched-dot.cases.ts';
import { blurCases } from './ascent/blur.cases.ts';
import { clipSmallCases } from './ascent/clip-small.cases.ts';
import { copyImprovedCases } from './ascent/copy-improved.cases.ts';
import { noiseCases } from './ascent/noise.cases.ts';
import { objectiveCases } from './ascent/objective.cases.ts';
import { projectBallCases } from './ascent/project-ball.cases.ts';
import { scatterCases } from './ascent/scatter.cases.ts';
import { spectrumCases } from './ascent/spectrum.cases.ts';
import { conv2dInputGradientCases } from './conv2d/conv2d-input-gradient.cases.ts';
import { conv2dMaxPoolCases } from './conv2d/conv2d-max-pool.cases.ts';
import { conv2dWeightGradientCases } from './conv2d/conv2d-weight-gradient.cases.ts';
import { conv2dCases } from './conv2d/conv2d.cases.ts';
import { winogradCases } from './conv2d/winograd.cases.ts';
import { argmaxPerClassCases } from './genome/argmax-per-class.cases.ts';
import { cppnGradientCases } from './genome/cppn-gradient.cases.ts';
import { cppnCases } from './genome/cppn.cases.ts';
import { directCases } from './genome/direct.cases.ts';
import { affineViewCases } from './image/affine-view.cases.ts';
import { colourCases } from './image/colour.cases.ts';
import { quantiseCases } from './image/quantise.cases.ts';
import { viewCases } from './image/view.cases.ts';
import { adaptiveAveragePoolCases } from './layers/adaptive-average-pool.cases.ts';
import { addCases } from './layers/add.cases.ts';
import { compactBatchCases } from './layers/compact-batch.cases.ts';
import { denseCrossEntropyCases } from './layers/dense-cross-entropy.cases.ts';
import { dropoutCases } from './layers/dropout.cases.ts';
import { lrnCases } from './layers/lrn.cases.ts';
import { maxPoolCases } from './layers/max-pool.cases.ts';
import { reluCases } from './layers/relu.cases.ts';
import { sgdCases } from './layers/sgd.cases.ts';
import { softmaxCases } from './layers/softmax.cases.ts';
import { matmulCases } from './matmul/matmul.cases.ts';
import { packCases } from './matmul/pack.cases.ts';
import { transposeCases } from './matmul/transpose.cases.ts';
import type { FamilyCases } from './case.ts';
import type { KernelFamily } from './family.ts';
import type { Operands, Reference } from './reference.ts';

/** In the order in which the documentation lists them. */
export const familyCases: readonly FamilyCases[] = [
  conv2dCases,
  conv2dMaxPoolCases,
  conv2dInputGradientCases,
  conv2dWeightGradientCases,
  winogradCases,
  matmulCases,
  transposeCases,
  packCases,
  reluCases,
  maxPoolCases,
  adaptiveAveragePoolCases,
  lrnCases,
  dropoutCases,
  softmaxCases,
  denseCrossEntropyCases,
  sgdCases,
  addCases,
  compactBatchCases,
  viewCases,
  affineViewCases,
  quantiseCases,
  colourCases,
  cppnCases,
  cppnGradientCases,
  directCases,
  argmaxPerClassCases,
  objectiveCases,
  ascentStepCases,
  copyImprovedCases,
  noiseCases,
  batchedDotCases,
  blurCases,
  clipSmallCases,
  projectBallCases,
  spectrumCases,
  axisTransformCases,
  scatterCases,
];

/** By name. */
export const families: Readonly<Record<string, KernelFamily>> = Object.fromEntries(
  familyCases.map(({ family }) => [family.name, family]),
);

/** The reference of what a kernel's entry point computes, or undefined where its family is not one of ours. */
export function referenceOf({
  family,
  entryPoint,
}: Pick<Kernel, 'family' | 'entryPoint'>): Reference | undefined {
  const entries = familyCases.find((one) => one.family.name === family)?.reference;
  return entries?.[entryPoint] ?? entries?.['variants'];
}

/** What a reference knows of a kernel: its constants, and those of its tile. */
export const constantsOf = ({
  constants,
  specialisation,
}: Pick<Kernel, 'constants' | 'specialisation'>): Operands['constants'] => ({
  ...specialisation?.tile,
  ...constants,
});
