/** The way back through any network for one image, by the chain rule and in doubles: independent of the kernels. */
import { extents, volume, type Architecture, type Extent, type Layer } from '../../src/nn/layer.ts';
import type { Weights } from '../../src/nn/parameters.ts';
import { averagedWindow, referenceActivations } from './reference-network.ts';

type LayerOf<K extends Layer['kind']> = Extract<Layer, { kind: K }>;

export interface ReferenceGradients {
  /** [channels, height, width] */
  readonly input: Float64Array;
  /** Of every weight and bias, as files lay them out. */
  readonly parameters: ReadonlyMap<string, Float64Array>;
}

/** A layer's own: what went in and came out, and the gradient of either. */
interface Passage {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly dx: Float64Array;
  readonly dy: Float64Array;
  readonly from: Extent;
  readonly to: Extent;
  readonly weight: Float32Array;
  readonly dWeight: Float64Array;
  readonly dBias: Float64Array;
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
    back(layer, {
      x: activations[index]!,
      y: activations[index + 1]!,
      dx,
      dy,
      from: shapes[index]!,
      to: shapes[index + 1]!,
      weight: weights.get(`${layer.name}.weight`)?.data ?? new Float32Array(),
      dWeight: parameters.get(`${layer.name}.weight`) ?? new Float64Array(),
      dBias: parameters.get(`${layer.name}.bias`) ?? new Float64Array(),
    });
    dy = dx;
  }
  return { input: dy, parameters };
}

/** Adds to the gradients of the input and the parameters. */
function back(layer: Layer, passage: Passage): void {
  switch (layer.kind) {
    case 'convolution':
      backConvolution(layer, passage);
      return;
    case 'dense':
      backDense(passage);
      return;
    case 'max-pool':
      backMaxPool(layer, passage);
      return;
    case 'adaptive-average-pool':
      backAveragePool(passage);
      return;
    case 'lrn':
      backNormalisation(layer, passage);
      return;
    case 'dropout':
      passage.dx.set(passage.dy);
      return;
    case 'relu':
      passage.dx.set(passage.dy.map((value, index) => (passage.x[index]! > 0 ? value : 0)));
      return;
  }
}

function backDense({ x, dx, dy, weight, dWeight, dBias }: Passage): void {
  dBias.set(dy);
  for (let o = 0; o < dy.length; o++)
    for (let k = 0; k < x.length; k++) {
      dWeight[o * x.length + k] = dy[o]! * x[k]!;
      dx[k]! += dy[o]! * weight[o * x.length + k]!;
    }
}

/** What a value of the result was made of, it gives its gradient to. */
function everyPlace(
  [channels, height, width]: Extent,
  visit: (channel: number, row: number, column: number, index: number) => void,
): void {
  let index = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) visit(channel, row, column, index++);
}

function backConvolution(
  { groups, kernel, stride, padding }: LayerOf<'convolution'>,
  { x, dx, dy, from, to, weight, dWeight, dBias }: Passage,
): void {
  const [inChannels, height, width] = from;
  const [inside, outside] = [inChannels / groups, to[0] / groups];
  everyPlace(to, (o, r, k, index) => {
    const g = dy[index]!;
    dBias[o]! += g;
    if (g === 0) return;
    const first = Math.floor(o / outside) * inside;
    for (let i = 0; i < inside; i++)
      for (let a = 0; a < kernel; a++) {
        const row = r * stride + a - padding;
        if (row < 0 || row >= height) continue;
        for (let b = 0; b < kernel; b++) {
          const column = k * stride + b - padding;
          if (column < 0 || column >= width) continue;
          const w = ((o * inside + i) * kernel + a) * kernel + b;
          const place = ((first + i) * height + row) * width + column;
          dWeight[w]! += g * x[place]!;
          dx[place]! += g * weight[w]!;
        }
      }
  });
}

function backMaxPool(
  { size, stride }: LayerOf<'max-pool'>,
  { x, y, dx, dy, from: [, height, width], to }: Passage,
): void {
  everyPlace(to, (c, r, k, index) => {
    for (let i = r * stride; i < Math.min(r * stride + size, height); i++)
      for (let j = k * stride; j < Math.min(k * stride + size, width); j++) {
        const place = (c * height + i) * width + j;
        if (x[place] !== y[index]) continue;
        // The first of equals.
        dx[place]! += dy[index]!;
        return;
      }
  });
}

function backAveragePool({ dx, dy, from, to }: Passage): void {
  everyPlace(to, (c, r, k, index) => {
    const [[firstRow, endRow], [first, end]] = averagedWindow(from, to, r, k);
    const share = dy[index]! / (endRow - firstRow) / (end - first);
    for (let i = firstRow; i < endRow; i++)
      for (let j = first; j < end; j++) dx[(c * from[1] + i) * from[2] + j]! += share;
  });
}

function backNormalisation({ size, alpha, beta, k }: LayerOf<'lrn'>, { x, dx, dy, from }: Passage): void {
  const plane = from[1] * from[2];
  everyPlace(from, (channel, _, __, index) => {
    const near: number[] = [];
    for (let other = channel - (size - 1) / 2; other <= channel + (size - 1) / 2; other++)
      if (other >= 0 && other < from[0]) near.push(index + (other - channel) * plane);
    const norm = k + (alpha / size) * near.reduce((sum, place) => sum + x[place]! ** 2, 0);
    dx[index]! += dy[index]! * norm ** -beta;
    const common = dy[index]! * x[index]! * -beta * norm ** (-beta - 1) * ((2 * alpha) / size);
    for (const place of near) dx[place]! += common * x[place]!;
  });
}
