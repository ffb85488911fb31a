/** Which layers of an architecture are there, and between which tensors. */
import { doesSomething, outputExtent, type Architecture } from './layer.ts';
import type { Placed } from './layers/definition.ts';
import type { Layer } from './layers/index.ts';
import { inputTensor, logitsTensor } from './tensor-names.ts';

export type PlacedLayer = Placed<Layer>;

/**
 * Each layer with its tensors: the first reads the input, the last writes the logits. Layers that change nothing are
 * left out: dropout outside of training, pools whose sides are those of their input.
 */
export function placeLayers({ name, input, layers }: Architecture, training: boolean): PlacedLayer[] {
  const all: PlacedLayer[] = [];
  let current = { tensor: inputTensor, extent: input };
  for (const [place, layer] of layers.entries()) {
    const last = place === layers.length - 1;
    if (doesSomething(layer, current.extent, training)) {
      const output = {
        tensor: last ? logitsTensor : layer.name,
        extent: outputExtent(layer, current.extent),
      };
      all.push({ layer, index: all.length, input: current, output });
      current = output;
    } else if (last) throw new Error(`${name} ends with ${layer.name}, which is no layer that gives logits`);
  }
  return all;
}
