/** Networks are data: a list of these, from the image to the logits. */

export type Extent = readonly [channels: number, height: number, width: number];

export interface Convolution {
  readonly kind: 'convolution';
  readonly name: string;
  readonly outChannels: number;
  /** Side of the square kernel. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

export interface MaxPool {
  readonly kind: 'max-pool';
  readonly name: string;
  readonly size: number;
  readonly stride: number;
  /** Caffe rounds the output's size up (and clips the last window), PyTorch down. */
  readonly rounding: 'up' | 'down';
}

export interface Relu {
  readonly kind: 'relu';
  readonly name: string;
}

/** Local response normalisation across channels, as Caffe defines it. */
export interface Lrn {
  readonly kind: 'lrn';
  readonly name: string;
  /** Channels that normalise one, odd. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** Means over windows that share the input out evenly, as PyTorch defines it; nothing to do where the sides are the same. */
export interface AdaptiveAveragePool {
  readonly kind: 'adaptive-average-pool';
  readonly name: string;
  /** Side of the output. */
  readonly side: number;
}

/** Drops values at random in training; elsewhere it is not there. */
export interface Dropout {
  readonly kind: 'dropout';
  readonly name: string;
  /** Probability that a value is dropped. */
  readonly rate: number;
}

/** Fully connected; what comes in is flattened as channel, row, column. */
export interface Dense {
  readonly kind: 'dense';
  readonly name: string;
  readonly outputs: number;
}

export type Layer = Convolution | MaxPool | AdaptiveAveragePool | Lrn | Relu | Dropout | Dense;

export interface Architecture {
  readonly name: string;
  readonly input: Extent;
  readonly layers: readonly Layer[];
}

/** What a layer makes of an input of the given extent. */
export function outputExtent(layer: Layer, [channels, height, width]: Extent): Extent {
  switch (layer.kind) {
    case 'convolution': {
      const side = (length: number) =>
        Math.floor((length + 2 * layer.padding - layer.kernel) / layer.stride) + 1;
      return [layer.outChannels, side(height), side(width)];
    }
    case 'max-pool': {
      const round = layer.rounding === 'up' ? Math.ceil : Math.floor;
      const side = (length: number) => {
        const windows = round((length - layer.size) / layer.stride) + 1;
        // A window that starts past the edge sees nothing.
        return (windows - 1) * layer.stride < length ? windows : windows - 1;
      };
      return [channels, side(height), side(width)];
    }
    case 'adaptive-average-pool':
      return [channels, layer.side, layer.side];
    case 'lrn':
    case 'relu':
    case 'dropout':
      return [channels, height, width];
    case 'dense':
      return [layer.outputs, 1, 1];
  }
}

/** Values of an extent. */
export const volume = ([channels, height, width]: Extent): number => channels * height * width;

/** Input extent of every layer, and last the network's output. */
export function extents({ input, layers }: Pick<Architecture, 'input' | 'layers'>): Extent[] {
  const all: Extent[] = [input];
  let extent = input;
  for (const layer of layers) {
    extent = outputExtent(layer, extent);
    all.push(extent);
  }
  return all;
}

/** A layer with what comes in and what goes out. */
export interface LayerInPlace {
  readonly layer: Layer;
  readonly input: Extent;
  readonly output: Extent;
}

export function layersInPlace(architecture: Pick<Architecture, 'input' | 'layers'>): LayerInPlace[] {
  const all = extents(architecture);
  return architecture.layers.map((layer, index) => {
    const input = all[index] ?? architecture.input;
    return { layer, input, output: all[index + 1] ?? input };
  });
}
