/** Writes a network's forward pass onto a tape, layer by layer. Activations are [channels, height, width, batch]. */
import { volume } from './extent.ts';
import { fuseLayers } from './fuse-layers.ts';
import type { NetworkTarget } from './layers/definition.ts';
import { definitionOf } from './layers/index.ts';
import type { Tape } from './tape.ts';
import type { PlacedLayer } from './placement.ts';

/** Re-lays the weights for the forward pass, where it reads them in another form. */
export function tapeForwardWeights(
  tape: Tape,
  layers: readonly PlacedLayer[],
  batch: number,
  target: NetworkTarget,
): void {
  for (const placed of layers)
    definitionOf(placed.layer).layForwardWeights?.({ ...placed, tape, batch, target });
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
  for (const { placed, rectify, pool, others } of fuseLayers(layers, batch, target, kept)) {
    const { layer } = placed;
    const output = pool?.output ?? placed.output;
    tape.tensor(output.tensor, volume(output.extent) * batch, kept.has(output.tensor));
    const label = [`${layer.name} forward`, ...others].join(', ');
    definitionOf(layer).forward({ ...placed, tape, batch, target, label, rectify, pool });
  }
}
