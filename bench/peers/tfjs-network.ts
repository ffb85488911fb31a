/**
 * Our architectures in the operations of TensorFlow.js, images in its layout, [images, height, width, channels].
 * Its fused operations are left aside: their gradients compute that of the weights too, which is not needed here.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Extent, Layer } from '../../src/network/layer.ts';
import { biasName, weightName, type Weights } from '../../src/network/parameters.ts';
import { placeLayers } from '../../src/network/placement.ts';
import { evenParts, parametersOf, refuseWindowsBeyondEdge, type LayerOf } from './peer-layers.ts';

export type TfjsLayer = (x: tf.Tensor) => tf.Tensor;

/** Weights or biases as TensorFlow.js has them; a layer's weights may be in several parts. */
export interface TfjsParameter {
  readonly name: string;
  readonly values: tf.Variable;
  /** Something of this shape in the layout of files. */
  readonly asInFiles: TfjsLayer;
}

export interface TfjsNetwork {
  /** Logits [images, classes] from images. */
  readonly logitsOf: TfjsLayer;
  /** In the order of files; parts of one weight follow each other. */
  readonly parameters: readonly TfjsParameter[];
}

/** Keeps a parameter. */
type Hold = (name: string, values: tf.Tensor, asInFiles?: TfjsLayer) => tf.Tensor;

/**
 * Uploads the weights.
 * @param mostBytes of one binding; TensorFlow.js continues with zeros where the adapter refuses more, so dense layers
 * beyond it are split by hand
 */
export function tfjsNetwork(architecture: Architecture, weights: Weights, mostBytes: number): TfjsNetwork {
  const parameters: TfjsParameter[] = [];
  const hold: Hold = (name, tensor, asInFiles = (values) => values) => {
    const values = tf.variable(tensor);
    tensor.dispose();
    parameters.push({ name, values, asInFiles });
    return values;
  };
  const layers = placeLayers(architecture, false).map(({ layer, input }) =>
    tfjsLayer(layer, input.extent, weights, mostBytes, hold),
  );
  return { logitsOf: (images) => layers.reduce((x, layer) => layer(x), images), parameters };
}

function tfjsLayer(layer: Layer, from: Extent, weights: Weights, mostBytes: number, hold: Hold): TfjsLayer {
  switch (layer.kind) {
    case 'convolution':
      return convolution(layer, from, weights, hold);
    case 'max-pool': {
      const { size, stride } = layer;
      refuseWindowsBeyondEdge(layer, from);
      return (x) => tf.maxPool(x as tf.Tensor4D, size, stride, 'valid');
    }
    case 'lrn': {
      const { size, alpha, beta, k } = layer;
      return (x) => tf.localResponseNormalization(x as tf.Tensor4D, (size - 1) / 2, k, alpha / size, beta);
    }
    case 'relu':
      return (x) => tf.relu(x);
    case 'dense':
      return dense(layer, from, weights, mostBytes, hold);
    default:
      throw new Error(`${layer.kind} is nothing that this comparison needs`);
  }
}

function convolution(
  layer: LayerOf<'convolution'>,
  [channels]: Extent,
  weights: Weights,
  hold: Hold,
): TfjsLayer {
  const { name, outChannels, kernel, stride, padding, groups } = layer;
  const { weight, bias } = parametersOf(name, weights);
  const perGroup = channels / groups;
  const filters = tf
    .tidy(() =>
      tf
        .split(tf.tensor4d(weight, [outChannels, perGroup, kernel, kernel]), groups, 0)
        .map((part) => tf.transpose(part, [2, 3, 1, 0])),
    )
    .map(
      (filter) =>
        hold(weightName(name), filter, (values) => tf.transpose(values, [3, 2, 0, 1])) as tf.Tensor4D,
    );
  const shift = hold(biasName(name), tf.tensor1d(bias));
  return (x) => {
    const parts = (groups === 1 ? [x] : tf.split(x, groups, 3)) as tf.Tensor4D[];
    const results = filters.map((filter, group) => tf.conv2d(parts[group]!, filter, stride, padding));
    return tf.add(groups === 1 ? results[0]! : tf.concat(results, 3), shift);
  };
}

function dense(
  { name, outputs }: LayerOf<'dense'>,
  from: Extent,
  weights: Weights,
  mostBytes: number,
  hold: Hold,
): TfjsLayer {
  const { weight, bias } = parametersOf(name, weights);
  const depth = weight.length / outputs;
  const [channels, height, width] = from;
  const matrices = evenParts(outputs, depth, mostBytes).map(({ first, end }) => {
    const rows = weight.subarray(first * depth, end * depth);
    const outside = [end - first, channels, height * width] as const;
    // Activations lie channel innermost.
    const matrix = tf.tidy(() =>
      tf.reshape(tf.transpose(tf.tensor3d(rows, [...outside]), [2, 1, 0]), [depth, end - first]),
    );
    return hold(weightName(name), matrix, (values) =>
      tf.transpose(tf.reshape(values, [...outside].reverse()), [2, 1, 0]),
    );
  });
  const shift = hold(biasName(name), tf.tensor1d(bias));
  return (x) => {
    const flat = tf.reshape<tf.Rank.R2>(x, [-1, depth]);
    const results = matrices.map((matrix) => tf.matMul(flat, matrix));
    return tf.add(matrices.length === 1 ? results[0]! : tf.concat(results, 1), shift);
  };
}
