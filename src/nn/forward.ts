/** Writes a network's forward pass onto a tape. Activations are [channels, height, width, batch]. */
import { adaptiveAveragePool, type AdaptivePoolShape } from '../kernels/adaptive-average-pool.ts';
import type { ConvShape } from '../kernels/conv-shape.ts';
import { conv2d } from '../kernels/conv2d.ts';
import { dropout, type DropoutShape } from '../kernels/dropout.ts';
import { elementsOf, imagesPerElement } from '../kernels/images.ts';
import { lrn, type LrnShape } from '../kernels/lrn.ts';
import { matmul } from '../kernels/matmul.ts';
import { maxPool, type PoolShape } from '../kernels/max-pool.ts';
import { rectified, relu } from '../kernels/relu.ts';
import type { BindingLimit, Target } from '../kernels/variant.ts';
import { winogradFor } from '../kernels/winograd.ts';
import {
  outputExtent,
  volume,
  type AdaptiveAveragePool,
  type Architecture,
  type Convolution,
  type Dense,
  type Dropout,
  type Extent,
  type Layer,
  type Lrn,
  type MaxPool,
} from './layer.ts';
import type { Tape } from './operation.ts';
import { biasName, partName, pitch, slicesOf, weightName, type DenseStorage } from './parameters.ts';
import { tapeSquares, tapeSquareWeights } from './winograd.ts';

/** What the choice of kernels and the cut of large weights depend on. */
export type NetworkTarget = Target & BindingLimit & { readonly denseStorage: DenseStorage };

/** A layer with the tensors on either side of it. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly input: { readonly tensor: string; readonly extent: Extent };
  readonly output: { readonly tensor: string; readonly extent: Extent };
}

/** Names of the tensors that outlive a pass. */
export const inputTensor = 'input';
export const logitsTensor = 'logits';
export const winnersTensor = (layer: string): string => `${layer}.winners`;

/** Four words, of which the first two are the key of a training step's dropout. */
export const dropoutKeyTensor = 'dropout key';

/**
 * Each layer with its tensors: the first reads the input, the last writes the logits. Layers that change nothing are
 * left out: dropout outside of training, pools whose sides are those of their input.
 */
export function placeLayers({ name, input, layers }: Architecture, training: boolean): PlacedLayer[] {
  let current = { tensor: inputTensor, extent: input };
  return layers.flatMap((layer, index) => {
    const last = index === layers.length - 1;
    const output = { tensor: last ? logitsTensor : layer.name, extent: outputExtent(layer, current.extent) };
    if (changesNothing(layer, current.extent, training)) {
      if (last) throw new Error(`${name} ends with ${layer.name}, which is no layer that gives logits`);
      return [];
    }
    const placed = { layer, input: current, output };
    current = output;
    return [placed];
  });
}

function changesNothing(layer: Layer, [, height, width]: Extent, training: boolean): boolean {
  if (layer.kind === 'dropout') return !training;
  return layer.kind === 'adaptive-average-pool' && layer.side === height && layer.side === width;
}

/** Re-lays the weights for the forward pass, where it reads them in another form. */
export function tapeForwardWeights(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
): void {
  for (const { layer, input, output } of layers) {
    if (layer.kind !== 'convolution') continue;
    const squares = winogradFor(convShape(layer, input.extent, output.extent, batch), target);
    if (squares)
      tapeSquareWeights(tape, `${layer.name} forward`, squares, weightName(layer.name), biasName(layer.name));
  }
}

/**
 * @param batch images: 1, 2 or a multiple of 4
 * @param kept tensors that are read after the pass
 */
export function tapeForward(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  kept: ReadonlySet<string>,
): void {
  for (const { placed, unit } of fuseRectified(layers, kept)) {
    const { layer, input, output } = placed;
    tape.tensor(output.tensor, volume(output.extent) * batch, kept.has(output.tensor));
    const pass = `${layer.name} forward`;
    const label = unit ? `${pass}, ${unit.name}` : pass;
    const rectify = unit !== undefined;
    switch (layer.kind) {
      case 'convolution': {
        const shape = convShape(layer, input.extent, output.extent, batch);
        const squares = winogradFor(shape, target);
        if (squares) tapeSquares(tape, pass, squares, target, { x: input.tensor, y: output.tensor, rectify });
        else {
          const tensors = [weightName(layer.name), biasName(layer.name), input.tensor, output.tensor];
          tape.add(label, rectified(conv2d(shape, target), rectify), tensors);
        }
        break;
      }
      case 'dense': {
        tapeDense(tape, label, layer, placed, batch, target, rectify);
        break;
      }
      case 'max-pool': {
        const winners = tape.tensor(winnersTensor(layer.name), volume(output.extent) * elementsOf(batch));
        tape.add(label, maxPool(poolShape(layer, input.extent, output.extent, batch)), [
          input.tensor,
          output.tensor,
          winners,
        ]);
        break;
      }
      case 'adaptive-average-pool':
        tape.add(label, adaptiveAveragePool(adaptivePoolShape(layer, input.extent, batch)), [
          input.tensor,
          output.tensor,
        ]);
        break;
      case 'dropout': {
        const launch = dropout(dropoutShape(layer, layers, volume(input.extent) * batch));
        tape.add(label, launch, [input.tensor, output.tensor, dropoutKeyTensor]);
        break;
      }
      case 'lrn':
        tape.add(label, lrn(lrnShape(layer, input.extent, batch)), [input.tensor, output.tensor]);
        break;
      case 'relu':
        tape.add(label, relu(volume(input.extent) * batch), [input.tensor, output.tensor]);
        break;
    }
  }
}

/** A layer, and the rectified linear unit that its kernel does as well; the output is the unit's then. */
interface FusedLayer {
  readonly placed: PlacedLayer;
  readonly unit?: Layer;
}

/** What is between a convolution, or a product, and a unit that follows is never written, unless somebody reads it. */
function fuseRectified(layers: readonly PlacedLayer[], kept: ReadonlySet<string>): FusedLayer[] {
  const unitAfter = (index: number): PlacedLayer | undefined => {
    const [before, after] = [layers[index], layers[index + 1]];
    const fits = before?.layer.kind === 'convolution' || before?.layer.kind === 'dense';
    return fits && !kept.has(before.output.tensor) && after?.layer.kind === 'relu' ? after : undefined;
  };
  return layers.flatMap((placed, index) => {
    if (unitAfter(index - 1)) return [];
    const unit = unitAfter(index);
    return [unit ? { placed: { ...placed, output: unit.output }, unit: unit.layer } : { placed }];
  });
}

/** y = weight · x + bias, a slice of the outputs at a time where the weight exceeds a binding. */
function tapeDense(
  tape: Tape,
  label: string,
  layer: Dense,
  { input, output }: Pick<PlacedLayer, 'input' | 'output'>,
  batch: number,
  target: NetworkTarget,
  rectify: boolean,
): void {
  const { name, outputs } = layer;
  const depth = volume(input.extent);
  for (const [index, { first, count }] of slicesOf(outputs, depth, target).entries()) {
    const packed = target.denseStorage === 'f16';
    const product = { rows: count, columns: batch, depth, packed, images: imagesPerElement(batch) };
    tape.add(label, rectified(matmul(product, target), rectify), [
      partName(weightName(name), index),
      { tensor: biasName(name), first, floats: pitch(count) },
      input.tensor,
      { tensor: output.tensor, first: first * batch, floats: count * batch },
    ]);
  }
}

export function convShape(layer: Convolution, input: Extent, output: Extent, batch: number): ConvShape {
  const { groups, kernel, stride, padding } = layer;
  return {
    groups,
    inChannels: input[0],
    outChannels: output[0],
    inHeight: input[1],
    inWidth: input[2],
    outHeight: output[1],
    outWidth: output[2],
    kernelHeight: kernel,
    kernelWidth: kernel,
    stride,
    padding,
    batch,
  };
}

export function poolShape(layer: MaxPool, input: Extent, output: Extent, batch: number): PoolShape {
  const { size, stride } = layer;
  return {
    channels: input[0],
    inHeight: input[1],
    inWidth: input[2],
    outHeight: output[1],
    outWidth: output[2],
    size,
    stride,
    batch,
  };
}

export function adaptivePoolShape(
  { side }: AdaptiveAveragePool,
  [channels, inHeight, inWidth]: Extent,
  batch: number,
): AdaptivePoolShape {
  return { channels, inHeight, inWidth, outHeight: side, outWidth: side, batch };
}

export function dropoutShape(layer: Dropout, layers: readonly PlacedLayer[], values: number): DropoutShape {
  return { values, rate: layer.rate, layer: layers.findIndex((placed) => placed.layer === layer) };
}

export function lrnShape(layer: Lrn, [channels, height, width]: Extent, batch: number): LrnShape {
  const { size, alpha, beta, k } = layer;
  return { channels, plane: height * width * batch, size, alpha, beta, k };
}
