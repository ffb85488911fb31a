/** Any network for one image by the definitions of its layers, in doubles: slow, and independent of the kernels. */
import { extents, type Architecture, type Extent, type Layer } from '../../src/nn/layer.ts';
import type { Weights } from '../../src/nn/parameters.ts';

type LayerOf<K extends Layer['kind']> = Extract<Layer, { kind: K }>;

/** Activations after every layer, [channels, height, width] each; the last are the logits. */
export function referenceActivations(
  architecture: Architecture,
  weights: Weights,
  input: ArrayLike<number>,
): Float64Array[] {
  const shapes = extents(architecture);
  let x: Float64Array = Float64Array.from(input);
  return architecture.layers.map((layer, index) => {
    x = referenceLayer(layer, weights, x, shapes[index]!, shapes[index + 1]!);
    return x;
  });
}

export function referenceLogits(architecture: Architecture, weights: Weights, input: ArrayLike<number>) {
  return referenceActivations(architecture, weights, input).at(-1)!;
}

function referenceLayer(
  layer: Layer,
  weights: Weights,
  x: Float64Array,
  from: Extent,
  to: Extent,
): Float64Array {
  const weight = weights.get(`${layer.name}.weight`)?.data ?? new Float32Array();
  const bias = weights.get(`${layer.name}.bias`)?.data ?? new Float32Array();
  switch (layer.kind) {
    case 'convolution':
      return convolve(layer, weight, bias, x, from, to);
    case 'dense':
      return Float64Array.from({ length: layer.outputs }, (_, o) => {
        let sum = bias[o]!;
        for (let k = 0; k < x.length; k++) sum += weight[o * x.length + k]! * x[k]!;
        return sum;
      });
    case 'max-pool':
      return windows(to, (c, r, k) => {
        let most = -Infinity;
        for (let i = r * layer.stride; i < Math.min(r * layer.stride + layer.size, from[1]); i++)
          for (let j = k * layer.stride; j < Math.min(k * layer.stride + layer.size, from[2]); j++)
            most = Math.max(most, x[(c * from[1] + i) * from[2] + j]!);
        return most;
      });
    case 'adaptive-average-pool':
      return windows(to, (c, r, k) => {
        const [[firstRow, endRow], [first, end]] = averagedWindow(from, to, r, k);
        let sum = 0;
        for (let i = firstRow; i < endRow; i++)
          for (let j = first; j < end; j++) sum += x[(c * from[1] + i) * from[2] + j]!;
        return sum / (endRow - firstRow) / (end - first);
      });
    case 'dropout':
      return x;
    case 'relu':
      return x.map((value) => Math.max(0, value));
    case 'lrn':
      return normalise(layer, x, from);
  }
}

/** Rows and columns of the input, each from the first to before the end, of which a pixel of an adaptive pool is the mean. */
export function averagedWindow(from: Extent, to: Extent, row: number, column: number) {
  const window = (place: number, inside: number, outside: number) =>
    [Math.floor((place * inside) / outside), Math.ceil(((place + 1) * inside) / outside)] as const;
  return [window(row, from[1], to[1]), window(column, from[2], to[2])] as const;
}

function windows(to: Extent, value: (c: number, r: number, k: number) => number): Float64Array {
  return Float64Array.from({ length: to[0] * to[1] * to[2] }, (_, index) =>
    value(Math.floor(index / (to[1] * to[2])), Math.floor(index / to[2]) % to[1], index % to[2]),
  );
}

function convolve(
  { groups, kernel, stride, padding }: LayerOf<'convolution'>,
  weight: Float32Array,
  bias: Float32Array,
  x: Float64Array,
  from: Extent,
  to: Extent,
): Float64Array {
  const [inChannels, height, width] = from;
  const [perGroup, outPerGroup] = [inChannels / groups, to[0] / groups];
  return windows(to, (o, r, k) => {
    const first = Math.floor(o / outPerGroup) * perGroup;
    let sum = bias[o]!;
    for (let i = 0; i < perGroup; i++)
      for (let a = 0; a < kernel; a++) {
        const row = r * stride + a - padding;
        if (row < 0 || row >= height) continue;
        for (let b = 0; b < kernel; b++) {
          const column = k * stride + b - padding;
          if (column < 0 || column >= width) continue;
          const w = weight[((o * perGroup + i) * kernel + a) * kernel + b]!;
          sum += w * x[((first + i) * height + row) * width + column]!;
        }
      }
    return sum;
  });
}

function normalise({ size, alpha, beta, k }: LayerOf<'lrn'>, x: Float64Array, from: Extent): Float64Array {
  const plane = from[1] * from[2];
  return x.map((value, index) => {
    const channel = Math.floor(index / plane);
    let squares = 0;
    for (let near = channel - (size - 1) / 2; near <= channel + (size - 1) / 2; near++)
      if (near >= 0 && near < from[0]) squares += x[index + (near - channel) * plane]! ** 2;
    return value / (k + (alpha / size) * squares) ** beta;
  });
}
