/**
 * Writes a network's backward pass onto a tape, layer by layer: from the gradient of the logits to that of the input, of the
 * parameters, or both.
 */
import { add } from '../kernels/layers/add.ts';
import { storesThroughPool } from '../kernels/layers/max-pool.ts';
import { volume } from './extent.ts';
import type { NetworkTarget, Placed, TurnedWeights } from './layers/definition.ts';
import { definitionOf } from './layers/index.ts';
import { precedingPool, type MaxPool } from './layers/max-pool.ts';
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

/**
 * Re-lays the weights for the backward pass: once where they stay as they are, every step where they are trained.
 * @returns those that `sgd` can re-lay as well
 */
export function tapeTurnedWeights(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  wanted: Wanted,
): TurnedWeights[] {
  return layers
    .filter((each) => needsInput(each, wanted))
    .flatMap(
      (placed) => definitionOf(placed.layer).layBackwardWeights?.({ ...placed, tape, batch, target }) ?? [],
    );
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
  let stored: PlacedLayer | undefined;
  for (const placed of [...layers].reverse()) {
    // The layer after this pool has stored the gradient of its input already.
    if (placed === stored) continue;
    const { layer, index, output } = placed;
    const upstream = gradientOf(output.tensor);
    if (index < layers.length - 1 && sources.has(output.tensor)) {
      const own = { a: sourceName(output.tensor), b: upstream };
      tape.add(`${layer.name} own gradient`, add(volume(output.extent) * batch), own);
    }
    const definition = definitionOf(layer);
    const makesInput = needsInput(placed, wanted) && !done.has(placed);
    const through = makesInput ? throughWhich(placed, layers, batch, target, wanted, sources) : undefined;
    const { input, index: place } = through ?? placed;
    const gradient = gradientOf(input.tensor);
    const pool = through && precedingPool(through, batch);
    const step = { ...placed, tape, batch, target, upstream, gradient, pool };
    if (makesInput) tape.tensor(gradient, volume(input.extent) * batch, place === 0);
    if (wanted.parameters) definition.parameterGradients?.(step);
    if (makesInput) definition.inputGradient(step);
    stored = through;
  }
}

/** The pool before a layer, where the kernel of the layer stores the gradient of the pool's input in place of its own input's. */
function throughWhich(
  placed: PlacedLayer,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
  wanted: Wanted,
  sources: ReadonlySet<string>,
): (PlacedLayer & Placed<MaxPool>) | undefined {
  const before = layers[placed.index - 1];
  if (!before || !isPool(before) || !needsInput(before, wanted) || sources.has(before.output.tensor)) return;
  const can = definitionOf(placed.layer).canStoreThroughPool?.({ ...placed, batch, target });
  return can && storesThroughPool(precedingPool(before, batch).shape) ? before : undefined;
}

const isPool = (placed: PlacedLayer): placed is PlacedLayer & Placed<MaxPool> =>
  placed.layer.kind === 'max-pool';
