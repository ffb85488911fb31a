/** Launches of everything that is compiled, of small shapes. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Launch } from '../../src/gpu/kernel.ts';
import { add } from '../../src/kernels/layers/add.ts';
import { affineView, affineViewAdjoint } from '../../src/kernels/image/affine-view.ts';
import {
  ballChoose,
  clampToCube,
  ballDistance,
  ballProject,
  ballShrink,
  ballSquares,
} from '../../src/kernels/ascent/project-ball.ts';
import { axisTransform } from '../../src/kernels/ascent/axis-transform.ts';
import { biasGradient } from '../../src/kernels/layers/bias-gradient.ts';
import { blur } from '../../src/kernels/ascent/blur.ts';
import { boundParameters, recordStep, ascentStep, tickClock } from '../../src/kernels/ascent/ascent-step.ts';
import { hlsToRgb } from '../../src/kernels/image/colour.ts';
import { conv2dInputGradient, transposeConvWeights } from '../../src/kernels/conv2d/conv2d-input-gradient.ts';
import {
  conv2dWeightGradient,
  conv2dWeightGradientVariants,
} from '../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import { conv2d } from '../../src/kernels/conv2d/conv2d.ts';
import { conv2dVariants } from '../../src/kernels/conv2d/conv2d-variants.ts';
import { addCppnGradient, pullCppn } from '../../src/kernels/genome/cppn-gradient.ts';
import { cppn } from '../../src/kernels/genome/cppn.ts';
import { firstDirect, renderDirect, varyDirect } from '../../src/kernels/genome/direct.ts';
import { giveImages, takeImages } from '../../src/kernels/layers/compact-batch.ts';
import { copyImprovedParameters, copyImprovedImages } from '../../src/kernels/ascent/copy-improved.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { matmulVariants } from '../../src/kernels/matmul/matmul-variants.ts';
import { noise } from '../../src/kernels/ascent/noise.ts';
import { differentiateObjective, judgeObjective } from '../../src/kernels/ascent/objective.ts';
import { maxPoolInputGradient } from '../../src/kernels/layers/max-pool.ts';
import { pack } from '../../src/kernels/matmul/pack.ts';
import { quantise, quantiseAround } from '../../src/kernels/image/quantise.ts';
import { scatter } from '../../src/kernels/ascent/scatter.ts';
import { sgd } from '../../src/kernels/layers/sgd.ts';
import { batchedDot } from '../../src/kernels/ascent/batched-dot.ts';
import { clearSmallPixels, smallPixelThreshold } from '../../src/kernels/ascent/clip-small.ts';
import { confidence, crossEntropy } from '../../src/kernels/layers/softmax.ts';
import { spectrum } from '../../src/kernels/ascent/spectrum.ts';
import { transpose } from '../../src/kernels/matmul/transpose.ts';
import { allowed, type Variant } from '../../src/kernels/tuning/variant.ts';
import { view } from '../../src/kernels/image/view.ts';
import { argmaxPerClass } from '../../src/kernels/genome/argmax-per-class.ts';
import {
  winogradOutputTransform,
  winogradInputTransform,
  winogradFilterTransform,
} from '../../src/kernels/conv2d/winograd.ts';
import { recordNetwork } from '../../src/network/record.ts';
import { exampleNetworks } from '../network/reference-layers.ts';
import { convCases } from './conv2d/conv-cases.ts';

const convShape = convCases[2]![1];
const threeByThree = convCases[4]![1];
const viewShape = {
  channels: 3,
  imageHeight: 8,
  imageWidth: 8,
  height: 6,
  width: 6,
  batch: 4,
  views: 1,
  resize: true,
  reverseChannels: true,
  scale: [1, 2, 3],
};
const windowsApart = {
  channels: 3,
  inHeight: 6,
  inWidth: 4,
  outHeight: 3,
  outWidth: 2,
  size: 2,
  stride: 2,
  batch: 4,
};
const image = { channels: 3, height: 8, width: 7, batch: 4 };
const climb = { values: 168, inputValues: 108, batch: 4, unitLayers: 1 };
const objective = { classes: 10, batch: 4, rescale: true };
const ball = { values: 168, batch: 4, radius: 2 };
const direct = { population: 2, channels: 1, pixels: 9 };
const cppns = { batch: 4, channels: 3, height: 9, width: 7, edges: 12, nodes: 3, reverseChannels: false };
const confidences = { classes: 10, batch: 4, images: 4, views: 1, allImages: 4 };

/** Those that layers have in one variant only, forward and backward. */
function ofLayers(gpu: Gpu): Launch[] {
  const options = { batch: 4, gradients: { input: true, parameters: false }, training: true };
  return exampleNetworks
    .flatMap((architecture) => recordNetwork(gpu, architecture, options).tape.operations)
    .flatMap(({ launch }) => (launch.choice ? [] : [launch]));
}

/** Every entry point of every shader, in every variant that the adapter's limits allow. */
export function everyLaunch(gpu: Gpu): Launch[] {
  const of = (variants: readonly Variant[], launch: (name: string) => Launch) =>
    variants.filter((variant) => allowed(variant, gpu)).map(({ name }) => launch(name));
  return [
    ...ofLayers(gpu),
    ...of(conv2dVariants, (name) => conv2d(convShape, gpu, name)),
    ...of(conv2dVariants, (name) => conv2dInputGradient(convShape, gpu, name)),
    ...of(conv2dWeightGradientVariants, (name) => conv2dWeightGradient(convShape, gpu, name)),
    ...of(matmulVariants, (name) => matmul({ rows: 10, columns: 12, depth: 20 }, gpu, name)),
    ...[1, 100, 1000].map((slots) => cppn({ population: 2, channels: 3, height: 28, width: 28, slots })),
    ...of(
      matmulVariants.filter(({ entryPoint }) => entryPoint !== 'quads'),
      (name) => matmul({ rows: 10, columns: 12, depth: 20, packed: true }, gpu, name),
    ),
    ...[1, 100].map((slots) => pullCppn({ ...cppns, slots })),
    ...[40, 1000].map((slots) => pullCppn({ ...cppns, slots, nodes: 900, batch: 100 })),
    addCppnGradient({ ...cppns, slots: 1 }),
    maxPoolInputGradient(windowsApart),
    add(8),
    affineView({ ...viewShape, clamp: true }),
    affineViewAdjoint({ ...viewShape, clamp: false }),
    ballChoose(ball),
    clampToCube(ball),
    ballDistance(ball),
    ballProject(ball),
    ballShrink(ball),
    ballSquares(ball),
    blur({ ...image, reach: 2, along: 'rows' }),
    boundParameters(168, 4),
    recordStep(climb),
    ...(['plain', 'momentum', 'adam'] as const).map((step) => ascentStep(step, climb)),
    tickClock(),
    differentiateObjective(objective),
    judgeObjective(objective),
    ...([1, 2] as const).flatMap((images) => [takeImages(8, images), giveImages(8, images)]),
    copyImprovedParameters(168, 4),
    copyImprovedImages(42, 4),
    noise({ values: 168, batch: 4, kind: 'gaussian', size: 1 }),
    noise({ values: 168, batch: 4, kind: 'uniform', size: 1 }),
    pack(8),
    quantise({ ...image, reverseChannels: true }),
    quantiseAround({ ...image, reverseChannels: true }),
    batchedDot(168, 4),
    smallPixelThreshold({ ...image, rank: 9, contribution: true }),
    clearSmallPixels({ ...image, rank: 9, contribution: false }),
    axisTransform({ outer: 3, size: 9, inner: 8 }),
    biasGradient(3, 4, 4),
    hlsToRgb(2, 9),
    firstDirect(direct),
    varyDirect(direct),
    renderDirect(direct),
    scatter(8, 9),
    sgd(8),
    spectrum({ channels: 3, waves: 6, batch: 4 }),
    confidence(confidences),
    crossEntropy(10, 4, 4),
    transpose(3, 5),
    transpose(3, 5, true),
    transposeConvWeights(convShape),
    view(viewShape),
    argmaxPerClass(10, 4),
    ...([4, 6] as const).flatMap((size) => {
      const shape = { convolution: threeByThree, size };
      return [winogradFilterTransform(shape), winogradInputTransform(shape), winogradOutputTransform(shape)];
    }),
  ];
}
