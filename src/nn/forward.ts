/** Writes a network's forward pass onto a tape. Activations are [channels, height, width, batch]. */
import type { ConvShape } from '../kernels/conv-shape.ts';
import { conv2d } from '../kernels/conv2d.ts';
import { matmul } from '../kernels/matmul.ts';
import { maxPool, type PoolShape } from '../kernels/max-pool.ts';
import { relu } from '../kernels/relu.ts';
import type { Target } from '../kernels/variant.ts';
import {
  outputExtent,
  volume,
  type Architecture,
  type Convolution,
  type Extent,
  type Layer,
  type MaxPool,
} from './layer.ts';
import type { Tape } from './operation.ts';
import { biasName, weightName } from './parameters.ts';

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

/** Each layer with its tensors: the first reads the input, the last writes the logits. */
export function placeLayers({ input, layers }: Architecture): PlacedLayer[] {
  let current = { tensor: inputTensor, extent: input };
  return layers.map((layer, index) => {
    const tensor = index === layers.length - 1 ? logitsTensor : layer.name;
    const output = { tensor, extent: outputExtent(layer, current.extent) };
    const placed = { layer, input: current, output };
    current = output;
    return placed;
  });
}

/** @param batch slots, a multiple of 4 */
export function tapeForward(tape: Tape, layers: readonly PlacedLayer[], batch: number, target: Target): void {
  for (const { layer, input, output } of layers) {
    tape.tensor(output.tensor, volume(output.extent) * batch, output.tensor === logitsTensor);
    const label = `${layer.name} forward`;
    switch (layer.kind) {
      case 'convolution': {
        const tensors = [weightName(layer.name), biasName(layer.name), input.tensor, output.tensor];
        tape.add(label, conv2d(convShape(layer, input.extent, output.extent, batch), target), tensors);
        break;
      }
      case 'dense': {
        const product = { rows: layer.outputs, columns: batch, depth: volume(input.extent) };
        const tensors = [weightName(layer.name), biasName(layer.name), input.tensor, output.tensor];
        tape.add(label, matmul(product, target), tensors);
        break;
      }
      case 'max-pool': {
        const winners = tape.tensor(winnersTensor(layer.name), (volume(output.extent) * batch) / 4);
        tape.add(label, maxPool(poolShape(layer, input.extent, output.extent, batch)), [
          input.tensor,
          output.tensor,
          winners,
        ]);
        break;
      }
      case 'relu':
        tape.add(label, relu(volume(input.extent) * batch), [input.tensor, output.tensor]);
        break;
    }
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
