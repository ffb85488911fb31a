/**
 * The loss that training goes down, between the two passes: cross entropy of the logits, and its gradient. Where the last layer is
 * dense and small, one kernel is that layer forward, the loss, and the layer and the rectified linear unit before it backward.
 */
import { crossEntropy } from '../kernels/layers/softmax.ts';
import {
  denseCrossEntropy,
  fitsDenseCrossEntropy,
  suitsDenseCrossEntropy,
} from '../kernels/layers/dense-cross-entropy.ts';
import { needsInput, type Wanted } from './backward.ts';
import { volume } from './extent.ts';
import type { NetworkTarget, PlacedTensor } from './layers/definition.ts';
import { biasName, weightName } from './parameters.ts';
import type { PlacedLayer } from './placement.ts';
import type { Tape } from './tape.ts';
import { gradientOf, lossesTensor, targetsTensor } from './tensor-names.ts';

/** What a network may have as its loss. */
export type Loss = 'cross-entropy';

/** The layers at the end that are one kernel with the loss. */
export interface FusedLoss {
  /** The last layer: forward, and the gradient of its input. */
  readonly dense: PlacedLayer;
  /** The rectified linear unit before it, if there is one: the gradient of its input. */
  readonly unit?: PlacedLayer;
  /** Both: the backward pass finds the gradients of what came into them. */
  readonly layers: ReadonlySet<PlacedLayer>;
}

/**
 * Undefined where the last layer is none that the kernel does as well, where nobody asks for the gradient of its input, and where
 * several kernels are faster.
 * @param anywhere also where several are faster
 */
export function fuseLoss(
  layers: readonly PlacedLayer[],
  target: NetworkTarget,
  wanted: Wanted,
  anywhere = false,
): FusedLoss | undefined {
  const [before, dense] = [layers.at(-2), layers.at(-1)];
  if (dense?.layer.kind !== 'dense' || target.denseStorage !== 'f32') return undefined;
  const { outputs } = dense.layer;
  const depth = volume(dense.input.extent);
  if (!fitsDenseCrossEntropy({ depth, classes: outputs }, target)) return undefined;
  if (!anywhere && !suitsDenseCrossEntropy(target)) return undefined;
  if (before?.layer.kind === 'relu' && needsInput(before, wanted))
    return { dense, unit: before, layers: new Set([before, dense]) };
  return needsInput(dense, wanted) ? { dense, layers: new Set([dense]) } : undefined;
}

/** Declares what the loss reads and writes. @param logits as the last layer writes them */
export function tapeLossTensors(tape: Tape, logits: PlacedTensor, batch: number): void {
  tape.outside(targetsTensor, batch);
  tape.tensor(lossesTensor, batch, true);
  tape.tensor(gradientOf(logits.tensor), volume(logits.extent) * batch, true);
}

/** Writes the loss of every image and the gradient of the logits. */
export function tapeLoss(tape: Tape, { tensor, extent }: PlacedTensor, batch: number): void {
  tape.add('cross-entropy', crossEntropy(volume(extent), batch, batch), {
    logits: tensor,
    result: gradientOf(tensor),
    targets: targetsTensor,
    loss: lossesTensor,
  });
}

/** The same, with the logits themselves, and with the gradients of what came into the layers. */
export function tapeFusedLoss(
  tape: Tape,
  { dense, unit }: FusedLoss,
  batch: number,
  target: NetworkTarget,
): void {
  const { layer, input, output } = dense;
  const [depth, classes] = [volume(input.extent), volume(output.extent)];
  const first = unit ?? dense;
  const gradient = gradientOf(first.input.tensor);
  tape.tensor(output.tensor, classes * batch, true);
  tape.tensor(gradient, depth * batch, first.index === 0);
  const shape = { depth, classes, batch, count: batch, masked: unit !== undefined };
  tape.add(`${layer.name}, cross-entropy`, denseCrossEntropy(shape, target), {
    weight: weightName(layer.name),
    bias: biasName(layer.name),
    x: input.tensor,
    targets: targetsTensor,
    logits: output.tensor,
    loss: lossesTensor,
    d_logits: gradientOf(output.tensor),
    dx: gradient,
  });
}
