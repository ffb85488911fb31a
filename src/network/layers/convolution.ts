/** Convolutions with square kernels, in groups of channels where told, with a bias per output channel. */
import type { ConvShape } from '../../kernels/conv2d/conv-shape.ts';
import {
  conv2dInputGradient,
  gradientConvolution,
  inputGradientBiasFloats,
  transposeConvWeights,
  transposedWeightFloats,
} from '../../kernels/conv2d/conv2d-input-gradient.ts';
import { conv2dWeightGradient } from '../../kernels/conv2d/conv2d-weight-gradient.ts';
import { conv2dMaxPool, poolsItself } from '../../kernels/conv2d/conv2d-max-pool.ts';
import { conv2d } from '../../kernels/conv2d/conv2d.ts';
import { elementsOf } from '../../kernels/batch-width.ts';
import { throughPool } from '../../kernels/layers/max-pool.ts';
import { rectified } from '../../kernels/layers/relu.ts';
import { winogradFor, type WinogradShape } from '../../kernels/conv2d/winograd.ts';
import { volume, type Extent } from '../extent.ts';
import { biasName, weightName, type ParameterShape } from '../parameters.ts';
import { gradientOf, turnedName, zeroBias } from '../tensor-names.ts';
import { tapeWinograd, tapeWinogradFilter } from '../winograd.ts';
import {
  square,
  type BackwardStep,
  type ForwardStep,
  type LayerDefinition,
  type NetworkTarget,
  type Placed,
  type Step,
} from './definition.ts';

/** A convolution with bias: weights [outChannels, channels / groups, kernel, kernel], stride and padding in pixels. */
export interface Convolution {
  readonly kind: 'convolution';
  readonly name: string;
  readonly outChannels: number;
  /** Side of the square kernel. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

export const convolutionLayer: LayerDefinition<Convolution> = {
  examples: [
    { kind: 'convolution', name: 'plain', outChannels: 3, kernel: 3, stride: 1, padding: 1, groups: 1 },
    { kind: 'convolution', name: 'grouped', outChannels: 6, kernel: 3, stride: 2, padding: 2, groups: 2 },
  ],
  settings: ({ outChannels, kernel, stride, padding, groups }) =>
    [
      `${String(outChannels)} of ${square(kernel)}`,
      ...(stride === 1 ? [] : [`stride ${String(stride)}`]),
      ...(padding === 0 ? [] : [`padding ${String(padding)}`]),
      ...(groups === 1 ? [] : [`${String(groups)} groups`]),
    ].join(', '),
  outputExtent({ outChannels, kernel, stride, padding }, [, height, width]) {
    const side = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
    return [outChannels, side(height), side(width)];
  },
  parameters,
  canRectify: true,
  canPool(placed, pool, batch, target) {
    const shape = shapeOf(placed, batch);
    const [, height, width] = pool.output.extent;
    return !winogradFor(shape, target) && poolsItself(shape, pool, [height, width], target);
  },
  zeroBiasFloats(placed) {
    const { outputs, depth } = parameters(placed.layer, placed.input.extent);
    return Math.max(outputs, depth, inputGradientBiasFloats(shapeOf(placed, 4)));
  },
  layForwardWeights({ tape, batch, target, ...placed }) {
    const { name } = placed.layer;
    const winograd = winogradFor(shapeOf(placed, batch), target);
    if (winograd) tapeWinogradFilter(tape, `${name} forward`, winograd, weightName(name), biasName(name));
  },
  forward,
  layBackwardWeights({ tape, batch, target, ...placed }) {
    const { name } = placed.layer;
    const shape = shapeOf(placed, batch);
    const winograd = gradientWinograd(shape, target);
    const transposed = tape.tensor(turnedName(name), transposedWeightFloats(shape), !winograd);
    tape.add(`${name} turn weights`, transposeConvWeights(shape), { weights: weightName(name), transposed });
    if (winograd) tapeWinogradFilter(tape, `${name} input gradient`, winograd, transposed, zeroBias);
    if (winograd || !gradientConvolution(shape)) return undefined;
    const { groups, inChannels, outChannels, kernelHeight, kernelWidth } = shape;
    return {
      weight: weightName(name),
      turned: transposed,
      inputs: inChannels / groups,
      taps: kernelHeight * kernelWidth,
      outputs: outChannels / groups,
    };
  },
  canStoreThroughPool: ({ batch, target, ...placed }) => !gradientWinograd(shapeOf(placed, batch), target),
  parameterGradients,
  inputGradient({ tape, batch, target, upstream, gradient, pool, ...placed }) {
    const { name } = placed.layer;
    const label = `${name} input gradient`;
    const shape = shapeOf(placed, batch);
    const winograd = gradientWinograd(shape, target);
    if (winograd) tapeWinograd(tape, label, winograd, target, { x: upstream, y: gradient });
    else {
      const tensors = { weights: turnedName(name), bias: zeroBias, x: upstream, y: gradient };
      const launch = conv2dInputGradient(shape, target);
      if (pool)
        tape.add(`${label}, ${pool.name}`, throughPool(launch, pool.shape), {
          ...tensors,
          argmax: pool.argmax,
        });
      else tape.add<keyof typeof tensors>(label, launch, tensors);
    }
  },
};

function parameters({ name, groups, outChannels, kernel }: Convolution, [channels]: Extent): ParameterShape {
  const depth = (channels / groups) * kernel * kernel;
  const fileShape = [outChannels, channels / groups, kernel, kernel];
  return { layer: name, groups, outputs: outChannels / groups, depth, fileShape };
}

function forward({ tape, label, rectify, pool, batch, target, ...placed }: ForwardStep<Convolution>): void {
  const { name } = placed.layer;
  const [x, y] = [placed.input.tensor, placed.output.tensor];
  const shape = shapeOf(placed, batch);
  const winograd = winogradFor(shape, target);
  const parameters = { weights: weightName(name), bias: biasName(name) };
  if (pool) {
    const argmax = tape.tensor(pool.argmax, volume(pool.output.extent) * elementsOf(batch));
    const launch = conv2dMaxPool({ ...shape, size: pool.size }, target);
    tape.add(label, launch, { ...parameters, x, y: pool.output.tensor, argmax });
  } else if (winograd) tapeWinograd(tape, `${name} forward`, winograd, target, { x, y, rectify });
  else tape.add(label, rectified(conv2d(shape, target), rectify), { ...parameters, x, y });
}

function parameterGradients(step: BackwardStep<Convolution>): void {
  const { tape, layer, input, batch, target, upstream } = step;
  const { name } = layer;
  tape.add(`${name} weight gradient`, conv2dWeightGradient(shapeOf(step, batch), target), {
    x: input.tensor,
    dy: upstream,
    dw: gradientOf(weightName(name)),
    db: gradientOf(biasName(name)),
  });
}

/** How the gradient of a convolution is made by Winograd’s transforms, where that is faster. */
function gradientWinograd(shape: ConvShape, target: NetworkTarget): WinogradShape | undefined {
  const plain = gradientConvolution(shape);
  return plain && winogradFor(plain, target);
}

function shapeOf(
  { layer, input, output }: Placed<Convolution>,
  batch: Step<Convolution>['batch'],
): ConvShape {
  const { groups, kernel, stride, padding } = layer;
  const [inChannels, inHeight, inWidth] = input.extent;
  const [outChannels, outHeight, outWidth] = output.extent;
  return {
    groups,
    inChannels,
    outChannels,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    kernelHeight: kernel,
    kernelWidth: kernel,
    stride,
    padding,
    batch,
  };
}
