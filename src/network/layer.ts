/** Networks are data: a list of layers, from the image to the logits. */
import type { Extent } from './extent.ts';
import { definitionOf, type Layer } from './layers/index.ts';

export { volume, type Extent } from './extent.ts';
export type { Layer } from './layers/index.ts';

/** A network as data: its input [channels, height, width], and its layers in order. */
export interface Architecture {
  readonly name: string;
  readonly input: Extent;
  readonly layers: readonly Layer[];
}

/** What a layer makes of an input of the given extent. */
export const outputExtent = (layer: Layer, input: Extent): Extent =>
  definitionOf(layer).outputExtent(layer, input);

/** Input extent of every layer, and last the network's output. */
export function extents({ input, layers }: Pick<Architecture, 'input' | 'layers'>): Extent[] {
  const all: Extent[] = [input];
  let extent = input;
  for (const layer of layers) {
    extent = outputExtent(layer, extent);
    all.push(extent);
  }
  return all;
}

/** A layer with what comes in and what goes out. */
export interface LayerInPlace {
  readonly layer: Layer;
  readonly input: Extent;
  readonly output: Extent;
}

export function layersInPlace(architecture: Pick<Architecture, 'input' | 'layers'>): LayerInPlace[] {
  const all = extents(architecture);
  return architecture.layers.map((layer, index) => {
    const input = all[index] ?? architecture.input;
    return { layer, input, output: all[index + 1] ?? input };
  });
}

/** Whether a layer does anything: dropout does in training alone, pools do unless their sides are those of their input. */
export function doesSomething(layer: Layer, input: Extent, training: boolean): boolean {
  const definition = definitionOf(layer);
  if (definition.trainingOnly && !training) return false;
  return definition.changesNothing?.(layer, input) !== true;
}
