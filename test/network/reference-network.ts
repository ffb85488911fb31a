/** Any network for one image by the definitions of its layers, in doubles: slow, and independent of the kernels. */
import { extents, type Architecture } from '../../src/network/layer.ts';
import type { Weights } from '../../src/network/parameters.ts';
import { referenceOf } from './reference-layers.ts';

/** Activations after every layer, [channels, height, width] each; the last are the logits. */
export function referenceActivations(
  architecture: Architecture,
  weights: Weights,
  input: ArrayLike<number>,
): Float64Array[] {
  const shapes = extents(architecture);
  let x: Float64Array = Float64Array.from(input);
  return architecture.layers.map((layer, index) => {
    const weight = weights.get(`${layer.name}.weight`)?.data ?? new Float32Array();
    const bias = weights.get(`${layer.name}.bias`)?.data ?? new Float32Array();
    x = referenceOf(layer).forward(layer, { x, from: shapes[index]!, to: shapes[index + 1]!, weight, bias });
    return x;
  });
}

export function referenceLogits(architecture: Architecture, weights: Weights, input: ArrayLike<number>) {
  return referenceActivations(architecture, weights, input).at(-1)!;
}
