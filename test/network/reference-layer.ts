/** What the tests know of a kind of layer: one image through it and back, in doubles. */
import type { Extent, Layer } from '../../src/network/layer.ts';

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

export interface ReferenceLayer<L extends Layer> {
  forward(layer: L, passage: Passage): Float64Array;
  backward(layer: L, passage: ReturnPassage): void;
}
