/** What every reader of weights makes of its file, so that the import need not know one format from another. */
import type { Tensor } from './tensor.ts';

export type WeightFormat = 'safetensors' | 'caffemodel' | 'onnx' | 'pytorch';

export interface WeightFile {
  readonly format: WeightFormat;
  /** Floating-point tensors by the names that the file gives them, in its order. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Convolutions and dense layers in the order in which data flows through them, where the file tells. */
  readonly layers?: readonly WeightedLayer[];
  /** What the file holds beside weights, and why it is of no use here. */
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
}

export interface WeightedLayer {
  readonly name: string;
  readonly kind: 'convolution' | 'dense';
  /** Name of its tensor: [out, in / groups, height, width] or [out, in]. */
  readonly weight: string;
  /** Name of its tensor [out]; absent where the layer adds nothing. */
  readonly bias?: string;
  /** The dense weight is stored as [in, out]. */
  readonly transposed: boolean;
}
