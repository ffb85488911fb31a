/**
 * Our architectures in the operations of TensorFlow.js, images as it likes them, [images, height, width, channels].
 * Its fused operations are left aside: their gradients compute that of the weights too, which nobody wants here.
 */
import * as tf from '@tensorflow/tfjs-core';
import { placeLayers } from '../src/nn/forward.ts';
import type { Architecture, Extent, Layer } from '../src/nn/layer.ts';
import type { Weights } from '../src/nn/parameters.ts';
import { evenParts, parametersOf, refuseWindowsBeyondEdge, type LayerOf } from './peer-layers.ts';

export type TfjsLayer = (x: tf.Tensor) => tf.Tensor;

/**
 * Uploads the weights.
 * @param mostBytes of one binding; TensorFlow.js goes on with zeros where the adapter refuses more, so dense layers
 * beyond it are split by hand
 * @returns logits [images, classes] from images
 */
export function tfjsNetwork(architecture: Architecture, weights: Weights, mostBytes: number): TfjsLayer {
  const layers = placeLayers(architecture, false).map(({ layer, input }) =>
    tfjsLayer(layer, input.extent, weights, mostBytes),
  );
  return (images) => layers.reduce((x, layer) => layer(x), images);
}

function tfjsLayer(layer: Layer, from: Extent, weights: Weights, mostBytes: number): TfjsLayer {
  switch (layer.kind) {
    case 'convolution':
      return convolution(layer, from, weights);
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
      return dense(layer, from, weights, mostBytes);
    case 'adaptive-average-pool':
    case 'dropout':
      throw new Error(`${layer.kind} is nothing that this comparison needs`);
  }
}

function convolution(layer: LayerOf<'convolution'>, [channels]: Extent, weights: Weights): TfjsLayer {
  const { name, outChannels, kernel, stride, padding, groups } = layer;
  const { weight, bias } = parametersOf(name, weights);
  const perGroup = channels / groups;
  const filters = tf.tidy(() =>
    tf
      .split(tf.tensor4d(weight, [outChannels, perGroup, kernel, kernel]), groups, 0)
      .map((part) => tf.transpose(part as tf.Tensor4D, [2, 3, 1, 0])),
  );
  const shift = tf.tensor1d(bias);
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
): TfjsLayer {
  const { weight, bias } = parametersOf(name, weights);
  const depth = weight.length / outputs;
  const [channels, height, width] = from;
  const matrices = evenParts(outputs, depth, mostBytes).map(({ first, end }) => {
    const rows = weight.subarray(first * depth, end * depth);
    return tf.tidy(() => {
      const tensor = tf.tensor4d(rows, [end - first, channels, height * width, 1]);
      // Activations lie channel innermost.
      return tf.reshape<tf.Rank.R2>(tf.transpose(tensor, [2, 1, 0, 3]), [depth, end - first]);
    });
  });
  const shift = tf.tensor1d(bias);
  return (x) => {
    const flat = tf.reshape<tf.Rank.R2>(x, [-1, depth]);
    const results = matrices.map((matrix) => tf.matMul(flat, matrix));
    return tf.add(matrices.length === 1 ? results[0]! : tf.concat(results, 1), shift);
  };
}
