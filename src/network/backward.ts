/**
 * Writes a network's backward pass onto a tape, layer by layer: from the gradient of the logits to that of the input, of the
 * parameters, or both.
 */
import { add } from '../kernels/layers/add.ts';
import { volume } from './extent.ts';
import type { NetworkTarget } from './layers/definition.ts';
import { definitionOf } from './layers/index.ts';
import type { Tape } from './tape.ts';
import type { PlacedLayer } from './placement.ts';
import { gradientOf, sourceName } from './tensor-names.ts';

/** Which gradients a network computes: of its input, of its parameters. */
export interface Wanted {
  readonly input: boolean;
  readonly parameters: boolean;
}

/** Whether anybody reads the gradient of a layer's input. */
export const needsInput = ({ index }: PlacedLayer, wanted: Wanted): boolean => index > 0 || wanted.input;

/** Re-lays the weights for the backward pass: once where they stay as they are, every step where they are trained. */
export function tapeTurnedWeights(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  wanted: Wanted,
): void {
  for (const placed of layers.filter((each) => needsInput(each, wanted)))
    definitionOf(placed.layer).layBackwardWeights?.({ ...placed, tape, batch, target });
}

/**
 * Expects the gradients of its sources to be there: that of the last layer begins the pass, the others are added on its way.
 * @param layers up to the last source
 * @param sources tensors whose gradient comes from outside
 * @param done layers of which the gradient of the input is there, too: the loss's kernel has written it
 */
export function tapeBackward(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  wanted: Wanted,
  sources: ReadonlySet<string>,
  done: ReadonlySet<PlacedLayer>,
): void {
  for (const placed of [...layers].reverse()) {
    const { layer, index, input, output } = placed;
    const [upstream, gradient] = [gradientOf(output.tensor), gradientOf(input.tensor)];
    if (index < layers.length - 1 && sources.has(output.tensor)) {
      const own = { a: sourceName(output.tensor), b: upstream };
      tape.add(`${layer.name} own gradient`, add(volume(output.extent) * batch), own);
    }
    const definition = definitionOf(layer);
    const step = { ...placed, tape, batch, target, upstream, gradient };
    const makesInput = needsInput(placed, wanted) && !done.has(placed);
    if (makesInput) tape.tensor(gradient, volume(input.extent) * batch, index === 0);
    if (wanted.parameters) definition.parameterGradients?.(step);
    if (makesInput) definition.inputGradient(step);
  }
}
