/**
 * Writes a network's backward pass onto a tape: from the gradient of the logits to that of the input, of the
 * parameters, or both. The gradient of tensor t is named `d t`.
 */
import { biasGradient } from '../kernels/bias-gradient.ts';
import {
  conv2dInputGradient,
  turnConvWeights,
  turnedWeightFloats,
} from '../kernels/conv2d-input-gradient.ts';
import { conv2dWeightGradient } from '../kernels/conv2d-weight-gradient.ts';
import { matmul } from '../kernels/matmul.ts';
import { maxPoolInputGradient } from '../kernels/max-pool.ts';
import { reluInputGradient } from '../kernels/relu.ts';
import { transpose } from '../kernels/transpose.ts';
import type { Target } from '../kernels/variant.ts';
import { convShape, poolShape, winnersTensor, type PlacedLayer } from './forward.ts';
import { volume, type Convolution, type Dense } from './layer.ts';
import type { Tape } from './operation.ts';
import { biasName, pitch, weightName } from './parameters.ts';

export interface Wanted {
  readonly input: boolean;
  readonly parameters: boolean;
}

export const gradientOf = (tensor: string): string => `d ${tensor}`;
/** Weights as the backward pass reads them: the input channel innermost. */
export const turnedName = (layer: string): string => `${layer}.weight turned`;
/** Zeros, where a matrix product has no bias to start from. */
export const zeroBias = 'zero bias';

interface Context {
  readonly tape: Tape;
  readonly batch: number;
  readonly target: Target;
  readonly wanted: Wanted;
}

/** Re-lays the weights for the backward pass: once where they stay as they are, every step where they are trained. */
export function tapeTurnedWeights(tape: Tape, layers: readonly PlacedLayer[], wanted: Wanted): void {
  for (const placed of layers.filter((_, index) => index > 0 || wanted.input)) {
    const { layer, input, output } = placed;
    if (layer.kind === 'convolution') {
      const shape = convShape(layer, input.extent, output.extent, 4);
      const turned = tape.tensor(turnedName(layer.name), turnedWeightFloats(shape), true);
      tape.add(`${layer.name} turn weights`, turnConvWeights(shape), [weightName(layer.name), turned]);
    } else if (layer.kind === 'dense') {
      const depth = volume(input.extent);
      const turned = tape.tensor(turnedName(layer.name), layer.outputs * pitch(depth), true);
      tape.add(`${layer.name} turn weights`, transpose(depth, layer.outputs), [
        weightName(layer.name),
        turned,
      ]);
    }
  }
}

/** Expects the logits' gradient to be there. */
export function tapeBackward(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: Target,
  wanted: Wanted,
): void {
  const context = { tape, batch, target, wanted };
  for (const [index, placed] of [...layers.entries()].reverse()) {
    const needsInput = index > 0 || wanted.input;
    if (needsInput)
      tape.tensor(gradientOf(placed.input.tensor), volume(placed.input.extent) * batch, index === 0);
    const { layer } = placed;
    switch (layer.kind) {
      case 'convolution':
        tapeConvolution(context, placed, layer, needsInput);
        break;
      case 'dense':
        tapeDense(context, placed, layer, needsInput);
        break;
      case 'max-pool':
        if (needsInput) {
          const shape = poolShape(layer, placed.input.extent, placed.output.extent, batch);
          const { input, output } = placed;
          const tensors = {
            2: winnersTensor(layer.name),
            3: gradientOf(output.tensor),
            4: gradientOf(input.tensor),
          };
          tape.add(`${layer.name} input gradient`, maxPoolInputGradient(shape), tensors);
        }
        break;
      case 'relu':
        if (needsInput) {
          const tensors = [
            placed.output.tensor,
            gradientOf(placed.input.tensor),
            gradientOf(placed.output.tensor),
          ];
          tape.add(
            `${layer.name} input gradient`,
            reluInputGradient(volume(placed.input.extent) * batch),
            tensors,
          );
        }
        break;
    }
  }
}

function tapeConvolution(
  context: Context,
  placed: PlacedLayer,
  layer: Convolution,
  needsInput: boolean,
): void {
  const { tape, batch, target, wanted } = context;
  const { input, output } = placed;
  const shape = convShape(layer, input.extent, output.extent, batch);
  const upstream = gradientOf(output.tensor);
  if (wanted.parameters) {
    const gradient = gradientOf(weightName(layer.name));
    tape.add(`${layer.name} weight gradient`, conv2dWeightGradient(shape, target), [
      input.tensor,
      upstream,
      gradient,
    ]);
    if (layer.groups !== 1 && (layer.outChannels / layer.groups) % 4 !== 0) {
      throw new Error(
        `${layer.name}: a trained convolution in groups needs a multiple of 4 channels per group`,
      );
    }
    const pixels = output.extent[1] * output.extent[2];
    tape.add(`${layer.name} bias gradient`, biasGradient(layer.outChannels, pixels, batch), [
      upstream,
      gradientOf(biasName(layer.name)),
    ]);
  }
  if (needsInput) {
    const tensors = [turnedName(layer.name), zeroBias, upstream, gradientOf(input.tensor)];
    tape.add(`${layer.name} input gradient`, conv2dInputGradient(shape, target), tensors);
  }
}

function tapeDense(context: Context, placed: PlacedLayer, layer: Dense, needsInput: boolean): void {
  const { tape, batch, target, wanted } = context;
  const { input, output } = placed;
  const depth = volume(input.extent);
  const upstream = gradientOf(output.tensor);
  if (wanted.parameters) {
    const inputTurned = tape.tensor(`${input.tensor} turned`, batch * pitch(depth));
    const upstreamTurned = tape.tensor(`${upstream} turned`, batch * pitch(layer.outputs));
    tape.add(`${layer.name} turn input`, transpose(depth, batch), [input.tensor, inputTurned]);
    tape.add(`${layer.name} turn gradient`, transpose(layer.outputs, batch), [upstream, upstreamTurned]);
    const product = { rows: depth, columns: layer.outputs, depth: batch };
    const gradient = gradientOf(weightName(layer.name));
    tape.add(`${layer.name} weight gradient`, matmul(product, target), [
      inputTurned,
      zeroBias,
      upstreamTurned,
      gradient,
    ]);
    tape.add(`${layer.name} bias gradient`, biasGradient(layer.outputs, 1, batch), [
      upstream,
      gradientOf(biasName(layer.name)),
    ]);
  }
  if (needsInput) {
    const product = { rows: depth, columns: batch, depth: layer.outputs };
    const tensors = [turnedName(layer.name), zeroBias, upstream, gradientOf(input.tensor)];
    tape.add(`${layer.name} input gradient`, matmul(product, target), tensors);
  }
}
