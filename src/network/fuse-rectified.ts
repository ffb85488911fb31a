/** Rectified linear units that the kernel of the layer before does as well. */
import { definitionOf } from './layers/index.ts';
import type { PlacedLayer } from './placement.ts';

/** A layer, and the rectified linear unit that its kernel does as well; the output is the unit's then. */
export interface FusedLayer {
  readonly placed: PlacedLayer;
  /** Name of the unit. */
  readonly unit?: string;
}

/**
 * What is between a convolution, or a product, and a unit that follows is never written, unless it is read.
 * @param kept tensors that are read after the pass
 */
export function fuseRectified(layers: readonly PlacedLayer[], kept: ReadonlySet<string>): FusedLayer[] {
  const unitAfter = (index: number): PlacedLayer | undefined => {
    const [before, after] = [layers[index], layers[index + 1]];
    const fits = before && definitionOf(before.layer).canRectify && !kept.has(before.output.tensor);
    return fits && after?.layer.kind === 'relu' ? after : undefined;
  };
  return layers.flatMap((placed, index) => {
    if (unitAfter(index - 1)) return [];
    const unit = unitAfter(index);
    return [unit ? { placed: { ...placed, output: unit.output }, unit: unit.layer.name } : { placed }];
  });
}
