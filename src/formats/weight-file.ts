/** What every reader of weights makes of its file, so that the import need not know one format from another. */
import type { Tensor } from './tensor.ts';
import type { Sentence } from '../util/sentence.ts';

/** Formats that are read, by what made them. */
export type WeightFormat = 'safetensors' | 'caffemodel' | 'onnx' | 'pytorch';

export interface WeightFile {
  readonly format: WeightFormat;
  /** Floating-point tensors by the names that the file gives them, in its order. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /**
   * Layers in the order in which data flows through them, where the file tells. One that lists convolutions and dense
   * layers alone says nothing of what stands between them.
   */
  readonly layers?: readonly FileLayer[];
  /** What the file holds beside weights, and why it is of no use here. */
  readonly ignored: readonly Ignored[];
}

/** A tensor or layer that an import leaves out, and why. */
export interface Ignored {
  readonly name: string;
  readonly reason: string | Sentence;
}

/** A layer as a file states it. */
export type FileLayer = WeightedLayer | AffineLayer | PoolLayer | NormLayer | SimpleLayer | OtherLayer;

/** A convolution or a dense layer as a file states it. */
export interface WeightedLayer {
  readonly name: string;
  readonly kind: 'convolution' | 'dense';
  /** Name of its tensor: [out, in / groups, height, width] or [out, in]. */
  readonly weight: string;
  /** Name of its tensor [out]; absent where the layer adds nothing. */
  readonly bias?: string;
  /** The dense weight is stored as [in, out]. */
  readonly transposed: boolean;
  /** Of a convolution, where the file tells. */
  readonly window?: ConvolutionWindow;
  /** What comes in was flattened as row, column, channel rather than channel, row, column. */
  readonly channelsLast?: true;
}

/** Where a kernel is laid; two numbers: [rows, columns]. */
export interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  /** Before the rows, before the columns, behind the rows, behind the columns. */
  readonly padding: readonly number[];
}

/** Window of a convolution as a file states it. */
export interface ConvolutionWindow extends Omit<Window, 'kernel'> {
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** Multiplies each channel by a number and adds another: batch normalisation at inference, Caffe's Scale and Bias. */
export interface AffineLayer {
  readonly kind: 'affine';
  readonly name: string;
  /** The file's word for it, e.g. BatchNormalization. */
  readonly operator: string;
  /** One for each channel, or one for all. */
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  /** Names of the tensors that these are made of, where the file lists them. */
  readonly madeOf?: readonly string[];
}

/** A pool as a file states it. */
export interface PoolLayer {
  readonly kind: 'max-pool' | 'average-pool';
  readonly name: string;
  readonly operator: string;
  /** Undefined: one window over the whole image. */
  readonly window: Window | undefined;
  /** A last window that is not full is taken along. */
  readonly roundsUp: boolean;
}

/** Local response normalisation across channels, as Caffe defines it. */
export interface NormLayer {
  readonly kind: 'lrn';
  readonly name: string;
  readonly operator: string;
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** A layer without numbers of its own. */
export interface SimpleLayer {
  /** `answer`: what a network ends with and which class is likeliest does not hang on, as softmax. */
  readonly kind: 'relu' | 'answer';
  readonly name: string;
  readonly operator: string;
}

/** What no network here does. */
export interface OtherLayer {
  readonly kind: 'other';
  readonly name: string;
  readonly operator: string;
  /** More than that: why it is not what its operator might suggest. */
  readonly reason?: string | Sentence;
}

export const isWeighted = (layer: FileLayer): layer is WeightedLayer =>
  layer.kind === 'convolution' || layer.kind === 'dense';
