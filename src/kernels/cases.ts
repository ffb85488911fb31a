/**
 * The reference and the cases of every kernel family: what the generic test runs, and what `fool bench kernels` checks kernels
 * against before it times them. For tests and the bench alone.
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
import type { FamilyCases } from './case.ts';
import { conv2dInputGradientCases } from './conv2d/conv2d-input-gradient.cases.ts';
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
import { biasGradientCases } from './layers/bias-gradient.cases.ts';
import { compactBatchCases } from './layers/compact-batch.cases.ts';
import { dropoutCases } from './layers/dropout.cases.ts';
import { lrnCases } from './layers/lrn.cases.ts';
import { maxPoolCases } from './layers/max-pool.cases.ts';
import { reluCases } from './layers/relu.cases.ts';
import { sgdCases } from './layers/sgd.cases.ts';
import { softmaxCases } from './layers/softmax.cases.ts';
import { matmulCases } from './matmul/matmul.cases.ts';
import { packCases } from './matmul/pack.cases.ts';
import { transposeCases } from './matmul/transpose.cases.ts';
import type { EntryOf } from './family.ts';
import type { AnyFamily } from './index.ts';
import type { Operands, Reference } from './reference.ts';

/** Cases of every entry point of a family: by its name, or by `variants`. */
type CasesOf<F extends AnyFamily> = FamilyCases<EntryOf<F>> | FamilyCases<'variants'>;

export const familyCases = {
  add: addCases,
  'adaptive-average-pool': adaptiveAveragePoolCases,
  'affine-view': affineViewCases,
  'argmax-per-class': argmaxPerClassCases,
  'ascent-step': ascentStepCases,
  'axis-transform': axisTransformCases,
  'batched-dot': batchedDotCases,
  'bias-gradient': biasGradientCases,
  blur: blurCases,
  'clip-small': clipSmallCases,
  colour: colourCases,
  'compact-batch': compactBatchCases,
  conv2d: conv2dCases,
  'conv2d-input-gradient': conv2dInputGradientCases,
  'conv2d-weight-gradient': conv2dWeightGradientCases,
  'copy-improved': copyImprovedCases,
  cppn: cppnCases,
  'cppn-gradient': cppnGradientCases,
  direct: directCases,
  dropout: dropoutCases,
  lrn: lrnCases,
  matmul: matmulCases,
  'max-pool': maxPoolCases,
  noise: noiseCases,
  objective: objectiveCases,
  pack: packCases,
  'project-ball': projectBallCases,
  quantise: quantiseCases,
  relu: reluCases,
  scatter: scatterCases,
  sgd: sgdCases,
  softmax: softmaxCases,
  spectrum: spectrumCases,
  transpose: transposeCases,
  view: viewCases,
  winograd: winogradCases,
} satisfies { readonly [F in AnyFamily as F['name']]: CasesOf<F> };

/** The reference of what a kernel's entry point computes, or undefined where its family is not one of ours. */
export function referenceOf({
  family,
  entryPoint,
}: Pick<Kernel, 'family' | 'entryPoint'>): Reference | undefined {
  const all: Readonly<Record<string, { readonly reference: Readonly<Record<string, Reference>> }>> =
    familyCases;
  const entries = all[family]?.reference;
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
