/** What other engines must know of our layers to be given the same networks. */
import { outputExtent, type Extent, type Layer } from '../../src/network/layer.ts';
import { biasName, weightName, type Weights } from '../../src/network/parameters.ts';

export type LayerOf<K extends Layer['kind']> = Extract<Layer, { kind: K }>;

export function parametersOf(name: string, weights: Weights) {
  const weight = weights.get(weightName(name))?.data;
  const bias = weights.get(biasName(name))?.data;
  if (!weight || !bias) throw new Error(`${name} has no weights`);
  return { weight, bias };
}

/** Rows of a weight [outputs, depth], in as few even parts as may be bound. */
export function evenParts(outputs: number, depth: number, mostBytes: number) {
  const parts = Math.ceil((4 * outputs * depth) / mostBytes);
  return Array.from({ length: parts }, (_, part) => ({
    first: Math.floor((part * outputs) / parts),
    end: Math.floor(((part + 1) * outputs) / parts),
  }));
}

/** @throws RangeError where windows reach beyond the edge: they would want padding with −∞, and no network here has any */
export function refuseWindowsBeyondEdge(layer: LayerOf<'max-pool'>, from: Extent): void {
  const { name, size, stride } = layer;
  const [, height, width] = outputExtent(layer, from);
  if ((height - 1) * stride + size > from[1] || (width - 1) * stride + size > from[2])
    throw new RangeError(`${name} has windows beyond the edge`);
}
