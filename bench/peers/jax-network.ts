/**
 * Our architectures in the operations of jax-js, images as ours lie in files, [images, channels, height, width]. Its arrays are
 * freed once they have been used; `ref` uses one without.
 */
import { lax, nn, numpy as np, type Array as JaxArray } from '@jax-js/jax';
import type { Architecture, Extent, Layer } from '../../src/network/layer.ts';
import { biasName, weightName, type Weights } from '../../src/network/parameters.ts';
import { placeLayers } from '../../src/network/placement.ts';
import { evenParts, parametersOf, refuseWindowsBeyondEdge, type LayerOf } from './peer-layers.ts';

/** By name; dense weights beyond a binding in parts, `fc6.weight 0` and on. */
export type JaxParameters = Record<string, JaxArray>;

/**
 * Uploads the weights.
 * @param mostBytes of one binding
 */
export function jaxParameters(
  architecture: Architecture,
  weights: Weights,
  mostBytes: number,
): JaxParameters {
  const parameters: JaxParameters = {};
  for (const { layer } of placeLayers(architecture, false)) {
    if (layer.kind !== 'convolution' && layer.kind !== 'dense') continue;
    const { weight, bias } = parametersOf(layer.name, weights);
    const outputs = layer.kind === 'dense' ? layer.outputs : layer.outChannels;
    const size = weight.length / outputs;
    const shape = layer.kind === 'dense' ? [size] : [size / layer.kernel ** 2, layer.kernel, layer.kernel];
    for (const [part, { first, end }] of evenParts(outputs, size, mostBytes).entries())
      parameters[partOf(layer.name, part)] = np
        .array(Float32Array.from(weight.subarray(first * size, end * size)))
        .reshape([end - first, ...shape]);
    const along = layer.kind === 'dense' ? [outputs] : [outputs, 1, 1];
    parameters[biasName(layer.name)] = np.array(Float32Array.from(bias)).reshape(along);
  }
  return parameters;
}

/** Values of a layer's parameter among some that are made as `jaxParameters` makes them: one piece, or parts in their order. */
export function jaxValuesOf(parameters: JaxParameters, name: string): JaxArray[] {
  const whole = parameters[name];
  if (whole) return [whole];
  const parts: JaxArray[] = [];
  for (let part = 0; ; part++) {
    const values = parameters[`${name} ${String(part)}`];
    if (!values) return parts;
    parts.push(values);
  }
}

const partOf = (layer: string, part: number): string => `${weightName(layer)} ${String(part)}`;

/** Logits [images, classes] from images; keeps the parameters. */
export function jaxLogits(architecture: Architecture, images: JaxArray, parameters: JaxParameters): JaxArray {
  return placeLayers(architecture, false).reduce(
    (x, { layer, input }) => jaxLayer(layer, input.extent, x, parameters),
    images,
  );
}

function jaxLayer(layer: Layer, from: Extent, x: JaxArray, parameters: JaxParameters): JaxArray {
  switch (layer.kind) {
    case 'convolution': {
      const { name, stride, padding, groups } = layer;
      const edge: [number, number] = [padding, padding];
      const options = { featureGroupCount: groups };
      const weight = given(parameters, partOf(name, 0));
      return lax
        .convGeneralDilated(x, weight, [stride, stride], [edge, edge], options)
        .add(given(parameters, biasName(name)));
    }
    case 'max-pool': {
      const { size, stride } = layer;
      refuseWindowsBeyondEdge(layer, from);
      return lax.reduceWindow(x, (window) => np.max(window), [size, size], [stride, stride]);
    }
    case 'lrn':
      return normalise(layer, from, x);
    case 'relu':
      return nn.relu(x);
    case 'dense': {
      const { name } = layer;
      const flat = x.reshape([x.shape[0] ?? 1, from[0] * from[1] * from[2]]);
      const products: JaxArray[] = [];
      for (let part = 0; partOf(name, part) in parameters; part++)
        products.push(np.matmul(flat.ref, given(parameters, partOf(name, part)).transpose()));
      flat.dispose();
      const [first] = products;
      const product = products.length === 1 && first ? first : np.concatenate(products, 1);
      return product.add(given(parameters, biasName(name)));
    }
    default:
      throw new Error(`${layer.kind} is nothing that this comparison needs`);
  }
}

/** x · (k + α / n · Σ of the squares of the n channels around)^−β. */
function normalise({ size, alpha, beta, k }: LayerOf<'lrn'>, [channels]: Extent, x: JaxArray): JaxArray {
  const reach = (size - 1) / 2;
  const squares = np.pad(np.square(x.ref), [
    [0, 0],
    [reach, reach],
    [0, 0],
    [0, 0],
  ]);
  const shifted = Array.from({ length: size }, (_, shift) =>
    squares.ref.slice([], [shift, shift + channels]),
  );
  squares.dispose();
  const sum = shifted.reduce((total, next) => total.add(next));
  return x.mul(np.power(sum.mul(alpha / size).add(k), -beta));
}

function given(parameters: JaxParameters, name: string): JaxArray {
  const parameter = parameters[name];
  if (!parameter) throw new Error(`there is no ${name}`);
  return parameter.ref;
}
