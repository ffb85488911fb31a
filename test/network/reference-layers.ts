/** Each kind of layer by its definition, for one image and in doubles: slow, and independent of the kernels. */
import type { Architecture, Extent, Layer } from '../../src/network/layer.ts';

type LayerOf<K extends Layer['kind']> = Extract<Layer, { kind: K }>;

/** What goes in, [channels, height, width], and the parameters as files lay them out. */
export interface Passage {
  readonly x: Float64Array;
  readonly from: Extent;
  readonly to: Extent;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** What came out, its gradient, and the gradients to be added to, zeros at first. */
export interface ReturnPassage extends Passage {
  readonly y: Float64Array;
  readonly dy: Float64Array;
  readonly dx: Float64Array;
  readonly dWeight: Float64Array;
  readonly dBias: Float64Array;
}

interface ReferenceLayer<L extends Layer> {
  /** What `layers.test.ts` tries, on an image of 4 × 7 × 6 values: whatever the kind may be asked for. */
  readonly examples: readonly L[];
  forward(layer: L, passage: Passage): Float64Array;
  backward(layer: L, passage: ReturnPassage): void;
}

const convolution: ReferenceLayer<LayerOf<'convolution'>> = {
  examples: [
    { kind: 'convolution', name: 'plain', outChannels: 3, kernel: 3, stride: 1, padding: 1, groups: 1 },
    { kind: 'convolution', name: 'grouped', outChannels: 8, kernel: 3, stride: 2, padding: 2, groups: 2 },
  ],
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
  examples: [{ kind: 'dense', name: 'dense', outputs: 5 }],
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

const maxPool: ReferenceLayer<LayerOf<'max-pool'>> = {
  examples: [
    { kind: 'max-pool', name: 'clipped', size: 3, stride: 2, rounding: 'up' },
    { kind: 'max-pool', name: 'apart', size: 2, stride: 3, rounding: 'down' },
  ],
  forward: (layer, { x, from, to }) =>
    windows(to, (c, r, k) => Math.max(...pooled(layer, from, c, r, k).map((place) => x[place]!))),
  backward(layer, { x, y, dx, dy, from, to }) {
    everyPlace(to, (c, r, k, index) => {
      // The first of equals.
      const winner = pooled(layer, from, c, r, k).find((place) => x[place] === y[index]);
      dx[winner!]! += dy[index]!;
    });
  },
};

const adaptiveAveragePool: ReferenceLayer<LayerOf<'adaptive-average-pool'>> = {
  examples: [
    { kind: 'adaptive-average-pool', name: 'overlapping', side: 4 },
    { kind: 'adaptive-average-pool', name: 'whole', side: 1 },
  ],
  forward: (_, { x, from, to }) =>
    windows(to, (c, r, k) => {
      const places = averaged(from, to, c, r, k);
      return places.reduce((sum, place) => sum + x[place]!, 0) / places.length;
    }),
  backward(_, { dx, dy, from, to }) {
    everyPlace(to, (c, r, k, index) => {
      const places = averaged(from, to, c, r, k);
      for (const place of places) dx[place]! += dy[index]! / places.length;
    });
  },
};

const lrn: ReferenceLayer<LayerOf<'lrn'>> = {
  examples: [
    { kind: 'lrn', name: 'as Caffe has it', size: 5, alpha: 0.5, beta: 0.75, k: 1 },
    { kind: 'lrn', name: 'of three', size: 3, alpha: 0.9, beta: 0.5, k: 0.7 },
  ],
  forward: (layer, { x, from }) =>
    windows(from, (c, r, k) => {
      const [place, near] = neighbours(layer, from, c, r, k);
      return x[place]! / normOf(layer, near, x) ** layer.beta;
    }),
  backward(layer, { x, dx, dy, from }) {
    const { size, alpha, beta } = layer;
    everyPlace(from, (c, r, k, index) => {
      const [, near] = neighbours(layer, from, c, r, k);
      const norm = normOf(layer, near, x);
      dx[index]! += dy[index]! * norm ** -beta;
      const common = dy[index]! * x[index]! * -beta * norm ** (-beta - 1) * ((2 * alpha) / size);
      for (const place of near) dx[place]! += common * x[place]!;
    });
  },
};

const relu: ReferenceLayer<LayerOf<'relu'>> = {
  examples: [{ kind: 'relu', name: 'relu' }],
  forward: (_, { x }) => x.map((value) => Math.max(0, value)),
  backward(_, { x, dx, dy }) {
    dx.set(dy.map((value, index) => (x[index]! > 0 ? value : 0)));
  },
};

/** As it is outside of training. */
const dropout: ReferenceLayer<LayerOf<'dropout'>> = {
  examples: [{ kind: 'dropout', name: 'drop', rate: 0.5 }],
  forward: (_, { x }) => x,
  backward(_, { dx, dy }) {
    dx.set(dy);
  },
};

export const referenceLayers = {
  convolution,
  dense,
  'max-pool': maxPool,
  'adaptive-average-pool': adaptiveAveragePool,
  lrn,
  relu,
  dropout,
} satisfies { readonly [K in Layer['kind']]: ReferenceLayer<LayerOf<K>> };

export const referenceOf = ({ kind }: Layer): ReferenceLayer<Layer> => referenceLayers[kind];

/** A network for each example of each kind: the dense layer gives each of the layer's values a worth of its own. */
export const exampleNetworks: readonly Architecture[] = Object.values(referenceLayers)
  .flatMap(({ examples }): readonly Layer[] => examples)
  .map((layer) => ({
    name: `${layer.kind}, ${layer.name}`,
    input: [4, 7, 6],
    layers: [layer, { kind: 'dense', name: 'out', outputs: 3 }],
  }));

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

/** Places of rows and columns, each from the first to before the end. */
function placesOf(
  [, height, width]: Extent,
  c: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): number[] {
  const places: number[] = [];
  for (let i = top; i < Math.min(bottom, height); i++)
    for (let j = left; j < Math.min(right, width); j++) places.push((c * height + i) * width + j);
  return places;
}

const pooled = ({ size, stride }: LayerOf<'max-pool'>, from: Extent, c: number, r: number, k: number) =>
  placesOf(from, c, [r * stride, r * stride + size], [k * stride, k * stride + size]);

/** What a pixel of an adaptive pool is the mean of. */
function averaged(from: Extent, to: Extent, c: number, r: number, k: number): number[] {
  const window = (place: number, inside: number, outside: number) =>
    [Math.floor((place * inside) / outside), Math.ceil(((place + 1) * inside) / outside)] as const;
  return placesOf(from, c, window(r, from[1], to[1]), window(k, from[2], to[2]));
}

function neighbours(
  { size }: LayerOf<'lrn'>,
  [channels, height, width]: Extent,
  c: number,
  r: number,
  k: number,
): readonly [place: number, near: number[]] {
  const at = (channel: number) => (channel * height + r) * width + k;
  const reach = (size - 1) / 2;
  const near: number[] = [];
  for (let other = Math.max(0, c - reach); other <= Math.min(channels - 1, c + reach); other++)
    near.push(at(other));
  return [at(c), near];
}

const normOf = ({ size, alpha, k }: LayerOf<'lrn'>, near: readonly number[], x: Float64Array): number =>
  k + (alpha / size) * near.reduce((sum, place) => sum + x[place]! ** 2, 0);
