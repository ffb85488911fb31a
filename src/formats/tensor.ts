/** Named weights in memory, and the element types that weight files store them in. */
import { halfToFloat } from './half.ts';

/** Named weights in memory. */
export interface Tensor {
  readonly name: string;
  /** How the values are (to be) stored in a file; `data` is binary32 either way. */
  readonly dtype: 'F16' | 'F32';
  /** Outermost dimension first; empty for a single number. */
  readonly shape: readonly number[];
  /** Row-major values, as many as the product of the shape. */
  readonly data: Float32Array;
}

interface ElementType {
  readonly bytes: number;
  /** The type that keeps the value when the tensor is written again. */
  readonly storedAs: Tensor['dtype'];
  /** The little-endian value at a byte offset, as binary32. */
  readonly read: (view: DataView, offset: number) => number;
}

/** Element types that are read, by the names of the safetensors format. */
export const READABLE_TYPES = {
  F16: { bytes: 2, storedAs: 'F16', read: (view, offset) => halfToFloat(view.getUint16(offset, true)) },
  BF16: { bytes: 2, storedAs: 'F32', read: (view, offset) => brainFloatToFloat(view, offset) },
  F32: { bytes: 4, storedAs: 'F32', read: (view, offset) => view.getFloat32(offset, true) },
  F64: { bytes: 8, storedAs: 'F32', read: (view, offset) => Math.fround(view.getFloat64(offset, true)) },
} as const satisfies Record<string, ElementType>;
export type ReadableType = keyof typeof READABLE_TYPES;

export function isReadableType(dtype: string): dtype is ReadableType {
  return Object.hasOwn(READABLE_TYPES, dtype);
}

/** bfloat16 is the upper half of a binary32. */
function brainFloatToFloat(view: DataView, offset: number): number {
  scratch.setUint16(0, view.getUint16(offset, true));
  return scratch.getFloat32(0);
}
const scratch = new DataView(new ArrayBuffer(4));
