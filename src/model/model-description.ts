/** What a model is: its layers with shapes and parameters, what becomes of an image, and the rest of its card. */
import { layersInPlace, volume, type Extent, type Layer } from '../network/layer.ts';
import { definitionOf } from '../network/layers/index.ts';
import { parameterShapes } from '../network/parameter-shapes.ts';
import type { Model } from './model.ts';
import { colourOf, type ChannelOrder } from './preprocessing.ts';

/** What `describeModel` tells of a layer. */
export interface LayerDescription {
  readonly name: string;
  readonly kind: Layer['kind'];
  /** Its settings in words, e.g. `20 of 5 × 5`. */
  readonly settings: string;
  /** Channels, height and width of what comes out; a dense layer has one pixel. */
  readonly output: Extent;
  /** Weights [out, in / groups, height, width] or [out, in]; absent where there are none. */
  readonly weights?: readonly number[];
  /** Values of weights and biases. */
  readonly parameters: number;
  /** Products that are added up for one image. */
  readonly multiplyAdds: number;
}

/** What `describeModel` tells: shapes, parameters and multiply-adds of each layer and in all, preprocessing, classes. */
export interface ModelDescription {
  readonly name: string;
  readonly architecture: string;
  /** What the first layer takes. */
  readonly input: Extent;
  readonly layers: readonly LayerDescription[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly preprocessing: {
    /** Of the pictures that are judged. */
    readonly image: Extent;
    /** Side of the part of a picture that the network sees. */
    readonly crop: number;
    readonly channels: ChannelOrder;
    /** Of each channel in the network's order; for a mean image, the means of its channels. */
    readonly mean: readonly number[];
    /** Whether the mean differs from pixel to pixel. */
    readonly meanImage: boolean;
    readonly scale: readonly number[];
  };
  readonly classes: readonly string[];
  /** What the file says of itself besides. */
  readonly card: Readonly<Record<string, string>>;
}

/** A model in numbers and words, for people; nothing is computed on a device. */
export function describeModel({ name, architecture, preprocessing, labels, card }: Model): ModelDescription {
  const shapes = new Map(parameterShapes(architecture).map((shape) => [shape.layer, shape]));
  const layers = layersInPlace(architecture).map(({ layer, output }): LayerDescription => {
    const described = {
      name: layer.name,
      kind: layer.kind,
      settings: definitionOf(layer).settings(layer),
      output,
    };
    const shape = shapes.get(layer.name);
    if (!shape) return { ...described, parameters: 0, multiplyAdds: 0 };
    const { groups, outputs, depth, fileShape } = shape;
    const parameters = groups * outputs * (depth + 1);
    return { ...described, weights: fileShape, parameters, multiplyAdds: volume(output) * depth };
  });
  const { image, crop, mean, scale, channelOrder } = preprocessing;
  const colour = colourOf(mean, image);
  return {
    name,
    architecture: architecture.name,
    input: architecture.input,
    layers,
    parameters: sum(layers.map(({ parameters }) => parameters)),
    multiplyAdds: sum(layers.map(({ multiplyAdds }) => multiplyAdds)),
    preprocessing: {
      image,
      crop,
      channels: channelOrder,
      mean: colour ?? channelMeans(mean, image),
      meanImage: colour === undefined,
      scale,
    },
    classes: labels,
    card,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function channelMeans(mean: Float32Array, [channels, height, width]: Extent): number[] {
  const plane = height * width;
  return Array.from(
    { length: channels },
    (_, channel) => sum([...mean.subarray(channel * plane, (channel + 1) * plane)]) / plane,
  );
}
