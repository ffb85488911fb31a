/**
 * The registry of kernel families. What concerns all of them goes by it: what makes measured choices stale, the tests that
 * compile every kernel and compare its bindings with its text, and the table in `docs/kernels.md`.
 */
import { specialiserText } from '../wgsl/specialise.ts';
import { ascentStepFamily } from './ascent/ascent-step.ts';
import { axisTransformFamily } from './ascent/axis-transform.ts';
import { batchedDotFamily } from './ascent/batched-dot.ts';
import { blurFamily } from './ascent/blur.ts';
import { clipSmallFamily } from './ascent/clip-small.ts';
import { copyImprovedFamily } from './ascent/copy-improved.ts';
import { noiseFamily } from './ascent/noise.ts';
import { objectiveFamily } from './ascent/objective.ts';
import { projectBallFamily } from './ascent/project-ball.ts';
import { scatterFamily } from './ascent/scatter.ts';
import { spectrumFamily } from './ascent/spectrum.ts';
import { conv2dInputGradientFamily } from './conv2d/conv2d-input-gradient.ts';
import { conv2dWeightGradientFamily } from './conv2d/conv2d-weight-gradient.ts';
import { conv2dFamily } from './conv2d/conv2d.ts';
import { winogradFamily } from './conv2d/winograd.ts';
import { argmaxPerClassFamily } from './genome/argmax-per-class.ts';
import { cppnGradientFamily } from './genome/cppn-gradient.ts';
import { cppnFamily } from './genome/cppn.ts';
import { directFamily } from './genome/direct.ts';
import { affineViewFamily } from './image/affine-view.ts';
import { colourFamily } from './image/colour.ts';
import { quantiseFamily } from './image/quantise.ts';
import { viewFamily } from './image/view.ts';
import { adaptiveAveragePoolFamily } from './layers/adaptive-average-pool.ts';
import { addFamily } from './layers/add.ts';
import { biasGradientFamily } from './layers/bias-gradient.ts';
import { compactBatchFamily } from './layers/compact-batch.ts';
import { dropoutFamily } from './layers/dropout.ts';
import { lrnFamily } from './layers/lrn.ts';
import { maxPoolFamily } from './layers/max-pool.ts';
import { reluFamily } from './layers/relu.ts';
import { sgdFamily } from './layers/sgd.ts';
import { softmaxFamily } from './layers/softmax.ts';
import { matmulFamily } from './matmul/matmul.ts';
import { packFamily } from './matmul/pack.ts';
import { transposeFamily } from './matmul/transpose.ts';
import type { KernelFamily } from './family.ts';

const all = [
  conv2dFamily,
  conv2dInputGradientFamily,
  conv2dWeightGradientFamily,
  winogradFamily,
  matmulFamily,
  transposeFamily,
  packFamily,
  reluFamily,
  maxPoolFamily,
  adaptiveAveragePoolFamily,
  lrnFamily,
  dropoutFamily,
  softmaxFamily,
  biasGradientFamily,
  sgdFamily,
  addFamily,
  compactBatchFamily,
  viewFamily,
  affineViewFamily,
  quantiseFamily,
  colourFamily,
  cppnFamily,
  cppnGradientFamily,
  directFamily,
  argmaxPerClassFamily,
  objectiveFamily,
  ascentStepFamily,
  copyImprovedFamily,
  noiseFamily,
  batchedDotFamily,
  blurFamily,
  clipSmallFamily,
  projectBallFamily,
  spectrumFamily,
  axisTransformFamily,
  scatterFamily,
] as const satisfies readonly KernelFamily[];

export type AnyFamily = (typeof all)[number];

/** By name, in the order in which the documentation lists them. */
export const families: Readonly<Record<string, KernelFamily>> = Object.fromEntries(
  all.map((family) => [family.name, family]),
);

/** Text that changes whenever a kernel that was measured might: shaders, variants with their tiles, and what specialises them. */
export function familiesText(): string {
  const measured = Object.values(families).filter(({ variants }) => variants !== undefined);
  return (
    JSON.stringify(measured.map(({ name, shaders, variants }) => ({ name, shaders, variants }))) +
    specialiserText()
  );
}
