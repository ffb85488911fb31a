/**
 * Every kind of layer for one image and in doubles, independent of the kernels: convolutions and dense layers by loops, since
 * nearly all of a network's time goes there, all others by the references of the kernels that they are made of.
 */
import type { Extent, Layer } from '../../src/network/layer.ts';
import { byKernels } from './layers-by-kernels.ts';
import type { ReferenceLayer } from './reference-layer.ts';

type LayerOf<K extends Layer['kind']> = Extract<Layer, { kind: K }>;

const convolution: ReferenceLayer<LayerOf<'convolution'>> = {
  forward(layer, { x, from, to, weight, bias }) {
    const y = windows(to, (o) => bias[o]!);
    everyProduct(layer, from, to, (out, w, place) => (y[out]! += weight[w]! * x[place]!));
    return y;
  },
  backward(layer, { x, dx, dy, from, to, weight, dWeight, dBias }) {
    everyPlace(to, (o, _, __, out) => (dBias[o]! += dy[out]!));
    everyProduct(layer, from, to, (out, w, place) => {
      dWeight[w]! += dy[out]! * x[place]!;
      dx[place]! += dy[out]! * weight[w]!;
    });
  },
};

const dense: ReferenceLayer<LayerOf<'dense'>> = {
  forward: ({ outputs }, { x, weight, bias }) =>
    Float64Array.from({ length: outputs }, (_, o) =>
      x.reduce((sum, value, k) => sum + weight[o * x.length + k]! * value, bias[o]!),
    ),
  backward(_, { x, dx, dy, weight, dWeight, dBias }) {
    dBias.set(dy);
    for (let o = 0; o < dy.length; o++)
      for (let k = 0; k < x.length; k++) {
        dWeight[o * x.length + k] = dy[o]! * x[k]!;
        dx[k]! += dy[o]! * weight[o * x.length + k]!;
      }
  },
};

const byLoops: { readonly [K in Layer['kind']]?: ReferenceLayer<LayerOf<K>> } = { convolution, dense };

/** The reference of a layer's kind; to be asked about this layer alone. */
export const referenceOf = ({ kind }: Layer): ReferenceLayer<Layer> =>
  (byLoops[kind] as ReferenceLayer<Layer> | undefined) ?? byKernels;

function everyPlace(
  [channels, height, width]: Extent,
  visit: (channel: number, row: number, column: number, index: number) => void,
): void {
  let index = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) visit(channel, row, column, index++);
}

function windows(to: Extent, value: (c: number, r: number, k: number) => number): Float64Array {
  const values = new Float64Array(to[0] * to[1] * to[2]);
  everyPlace(to, (c, r, k, index) => (values[index] = value(c, r, k)));
  return values;
}

/** Every weight with the value of the input that it is multiplied by, and of the output that the product is added to. */
function everyProduct(
  { groups, kernel, stride, padding }: LayerOf<'convolution'>,
  [inChannels, height, width]: Extent,
  to: Extent,
  visit: (out: number, weight: number, place: number) => void,
): void {
  const [inside, outside] = [inChannels / groups, to[0] / groups];
  everyPlace(to, (o, r, k, out) => {
    const first = Math.floor(o / outside) * inside;
    for (let i = 0; i < inside; i++)
      for (let a = 0; a < kernel; a++) {
        const row = r * stride + a - padding;
        if (row < 0 || row >= height) continue;
        for (let b = 0; b < kernel; b++) {
          const column = k * stride + b - padding;
          if (column < 0 || column >= width) continue;
          const weight = ((o * inside + i) * kernel + a) * kernel + b;
          visit(out, weight, ((first + i) * height + row) * width + column);
        }
      }
  });
}
