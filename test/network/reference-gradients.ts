/** The way back through any network for one image, by the chain rule and in doubles: independent of the kernels. */
import { extents, volume, type Architecture } from '../../src/network/layer.ts';
import type { Weights } from '../../src/network/parameters.ts';
import { referenceOf } from './reference-layers.ts';
import { referenceActivations } from './reference-network.ts';

export interface ReferenceGradients {
  /** [channels, height, width] */
  readonly input: Float64Array;
  /** Of every weight and bias, as files lay them out. */
  readonly parameters: ReadonlyMap<string, Float64Array>;
}

/**
 * The gradient of any function of activations.
 * @param upstream its gradient with respect to what the named layers make, [channels, height, width] each
 */
export function referenceGradients(
  architecture: Architecture,
  weights: Weights,
  input: ArrayLike<number>,
  upstream: Readonly<Record<string, ArrayLike<number>>>,
): ReferenceGradients {
  const activations = [Float64Array.from(input), ...referenceActivations(architecture, weights, input)];
  const shapes = extents(architecture);
  const parameters = new Map(
    [...weights].map(([name, { data }]) => [name, new Float64Array(data.length)] as const),
  );
  let dy = new Float64Array(volume(shapes.at(-1)!));
  for (let index = architecture.layers.length - 1; index >= 0; index--) {
    const layer = architecture.layers[index]!;
    const own = upstream[layer.name];
    if (own) dy = dy.map((value, place) => value + own[place]!);
    const dx = new Float64Array(volume(shapes[index]!));
    referenceOf(layer).backward(layer, {
      x: activations[index]!,
      y: activations[index + 1]!,
      dx,
      dy,
      from: shapes[index]!,
      to: shapes[index + 1]!,
      weight: weights.get(`${layer.name}.weight`)?.data ?? new Float32Array(),
      bias: weights.get(`${layer.name}.bias`)?.data ?? new Float32Array(),
      dWeight: parameters.get(`${layer.name}.weight`) ?? new Float64Array(),
      dBias: parameters.get(`${layer.name}.bias`) ?? new Float64Array(),
    });
    dy = dx;
  }
  return { input: dy, parameters };
}
