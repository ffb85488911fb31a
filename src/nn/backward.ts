/**
 * Writes a network's backward pass onto a tape: from the gradient of the logits to that of the input, of the
 * parameters, or both. The gradient of tensor t is named `d t`.
 */
import { adaptiveAveragePoolInputGradient } from '../kernels/adaptive-average-pool.ts';
import { add } from '../kernels/add.ts';
import { biasGradient } from '../kernels/bias-gradient.ts';
import type { ConvShape } from '../kernels/conv-shape.ts';
import {
  conv2dInputGradient,
  gradientConvolution,
  turnConvWeights,
  turnedWeightFloats,
} from '../kernels/conv2d-input-gradient.ts';
import { conv2dWeightGradient } from '../kernels/conv2d-weight-gradient.ts';
import { dropout } from '../kernels/dropout.ts';
import { imagesPerElement } from '../kernels/images.ts';
import { lrnInputGradient } from '../kernels/lrn.ts';
import { matmul } from '../kernels/matmul.ts';
import { maxPoolInputGradient } from '../kernels/max-pool.ts';
import { reluInputGradient } from '../kernels/relu.ts';
import { transpose } from '../kernels/transpose.ts';
import { winogradFor, type WinogradShape } from '../kernels/winograd.ts';
import {
  adaptivePoolShape,
  convShape,
  dropoutKeyTensor,
  dropoutShape,
  lrnShape,
  poolShape,
  winnersTensor,
  type NetworkTarget,
  type PlacedLayer,
} from './forward.ts';
import { volume, type Convolution, type Dense } from './layer.ts';
import type { Tape } from './operation.ts';
import { biasName, partName, pitch, slicesOf, storedWords, weightName } from './parameters.ts';
import { tapeSquares, tapeSquareWeights } from './winograd.ts';

export interface Wanted {
  readonly input: boolean;
  readonly parameters: boolean;
}

export const gradientOf = (tensor: string): string => `d ${tensor}`;
/** Weights as the backward pass reads them: the input channel innermost. */
export const turnedName = (layer: string): string => `${layer}.weight turned`;
/** The gradient that a tensor gets from outside, beside what the layers after it pass back. */
export const sourceName = (tensor: string): string => `d ${tensor} from outside`;
/** Zeros, where a matrix product has no bias to start from. */
export const zeroBias = 'zero bias';

interface Context {
  readonly tape: Tape;
  readonly batch: number;
  readonly target: NetworkTarget;
  readonly wanted: Wanted;
}

/** Re-lays the weights for the backward pass: once where they stay as they are, every step where they are trained. */
export function tapeTurnedWeights(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  wanted: Wanted,
): void {
  for (const placed of layers.filter((_, index) => index > 0 || wanted.input)) {
    const { layer, input, output } = placed;
    if (layer.kind === 'convolution') {
      const shape = convShape(layer, input.extent, output.extent, batch);
      const squares = gradientSquares(shape, target);
      const turned = tape.tensor(turnedName(layer.name), turnedWeightFloats(shape), !squares);
      tape.add(`${layer.name} turn weights`, turnConvWeights(shape), [weightName(layer.name), turned]);
      if (squares) tapeSquareWeights(tape, `${layer.name} input gradient`, squares, turned, zeroBias);
    } else if (layer.kind === 'dense') {
      turnDense(tape, layer, volume(input.extent), target);
    }
  }
}

/** How the gradient of a convolution is made by squares, where that is faster. */
function gradientSquares(shape: ConvShape, target: NetworkTarget): WinogradShape | undefined {
  const plain = gradientConvolution(shape);
  return plain && winogradFor(plain, target);
}

/** [depth, outputs] → [outputs, depth], both cut into slices of what is innermost. */
function turnDense(tape: Tape, { name, outputs }: Dense, depth: number, target: NetworkTarget): void {
  const packed = target.denseStorage === 'f16';
  const words = (values: number) => storedWords(values, true, target.denseStorage);
  for (const [index, turned] of slicesOf(depth, outputs, target).entries()) {
    const values = outputs * pitch(turned.count);
    const tensor = tape.tensor(partName(turnedName(name), index), words(values), true);
    for (const [plainIndex, plain] of slicesOf(outputs, depth, target).entries()) {
      const row = pitch(plain.count);
      tape.add(`${name} turn weights`, transpose(turned.count, plain.count, packed), [
        {
          tensor: partName(weightName(name), plainIndex),
          first: words(turned.first * row),
          floats: words(turned.count * row),
        },
        {
          tensor,
          first: words(plain.first * pitch(turned.count)),
          floats: words(plain.count * pitch(turned.count)),
        },
      ]);
    }
  }
}

/**
 * Expects the gradients of its sources to be there: that of the last layer begins the pass, the others are added on its way.
 * @param layers up to the last source
 * @param sources tensors whose gradient comes from outside
 */
export function tapeBackward(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  wanted: Wanted,
  sources: ReadonlySet<string>,
): void {
  const context = { tape, batch, target, wanted };
  for (const [index, placed] of [...layers.entries()].reverse()) {
    const { output } = placed;
    if (index < layers.length - 1 && sources.has(output.tensor)) {
      const launch = add(volume(output.extent) * batch);
      tape.add(`${placed.layer.name} own gradient`, launch, [
        sourceName(output.tensor),
        gradientOf(output.tensor),
      ]);
    }
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
      case 'adaptive-average-pool':
        if (needsInput) {
          const shape = adaptivePoolShape(layer, placed.input.extent, batch);
          const tensors = [gradientOf(placed.output.tensor), gradientOf(placed.input.tensor)];
          tape.add(`${layer.name} input gradient`, adaptiveAveragePoolInputGradient(shape), tensors);
        }
        break;
      case 'dropout':
        if (needsInput) {
          const launch = dropout(dropoutShape(layer, layers, volume(placed.input.extent) * batch));
          const { input, output } = placed;
          const tensors = [gradientOf(output.tensor), gradientOf(input.tensor), dropoutKeyTensor];
          tape.add(`${layer.name} input gradient`, launch, tensors);
        }
        break;
      case 'lrn':
        if (needsInput) {
          const shape = lrnShape(layer, placed.input.extent, batch);
          const { input, output } = placed;
          const tensors = { 0: input.tensor, 2: gradientOf(output.tensor), 3: gradientOf(input.tensor) };
          tape.add(`${layer.name} input gradient`, lrnInputGradient(shape), tensors);
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
    const label = `${layer.name} input gradient`;
    const gradient = gradientOf(input.tensor);
    const squares = gradientSquares(shape, target);
    if (squares) tapeSquares(tape, label, squares, target, { x: upstream, y: gradient });
    else {
      const tensors = [turnedName(layer.name), zeroBias, upstream, gradient];
      tape.add(label, conv2dInputGradient(shape, target), tensors);
    }
  }
}

function tapeDense(context: Context, placed: PlacedLayer, layer: Dense, needsInput: boolean): void {
  const { tape, batch, target, wanted } = context;
  const { input, output } = placed;
  const depth = volume(input.extent);
  const upstream = gradientOf(output.tensor);
  if (wanted.parameters) {
    const inputTurned = tape.tensor(`${input.tensor} turned`, batch * pitch(depth));
    tape.add(`${layer.name} turn input`, transpose(depth, batch), [input.tensor, inputTurned]);
    for (const [part, { first, count }] of slicesOf(layer.outputs, depth, target).entries()) {
      const rows = { tensor: upstream, first: first * batch, floats: count * batch };
      const turned = tape.tensor(partName(`${upstream} turned`, part), batch * pitch(count));
      tape.add(`${layer.name} turn gradient`, transpose(count, batch), [rows, turned]);
      const product = { rows: depth, columns: count, depth: batch };
      const gradient = gradientOf(partName(weightName(layer.name), part));
      const tensors = [inputTurned, zeroBias, turned, gradient];
      tape.add(`${layer.name} weight gradient`, matmul(product, target), tensors);
    }
    tape.add(`${layer.name} bias gradient`, biasGradient(layer.outputs, 1, batch), [
      upstream,
      gradientOf(biasName(layer.name)),
    ]);
  }
  if (needsInput) {
    for (const [part, { first, count }] of slicesOf(depth, layer.outputs, target).entries()) {
      const packed = target.denseStorage === 'f16';
      const product = {
        rows: count,
        columns: batch,
        depth: layer.outputs,
        packed,
        images: imagesPerElement(batch),
      };
      tape.add(`${layer.name} input gradient`, matmul(product, target), [
        partName(turnedName(layer.name), part),
        zeroBias,
        upstream,
        { tensor: gradientOf(input.tensor), first: first * batch, floats: count * batch },
      ]);
    }
  }
}
