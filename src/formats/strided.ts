/**
 * Tensors as frameworks keep them: a flat storage, and for each dimension how many elements lie between
 * neighbours along it. Transposed or cut tensors share their storage with the tensor that they came from.
 */
import { READABLE_TYPES, type ReadableType } from './tensor.ts';
import { viewOf } from './view-of.ts';

/** A tensor's place in a storage, counted in elements. */
export interface StridedView {
  /** Of the first element. */
  readonly offset: number;
  /** Outermost dimension first; empty for a single number. */
  readonly shape: readonly number[];
  /** As many as the shape has sizes; none negative. */
  readonly strides: readonly number[];
}

/** How many elements the view shows; beyond 2^53 only roughly. */
export function elementCount({ shape }: StridedView): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}

/** How many elements a storage must have for the view; beyond 2^53 only roughly. */
export function elementsNeeded({ offset, shape, strides }: StridedView): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] ?? 0), offset) + 1;
}

/**
 * The values of a view in row-major order.
 * @param storage little-endian values of the type, at least `elementsNeeded(view)` of them
 */
export function readStrided(storage: DataView, type: ReadableType, view: StridedView): Float32Array {
  const { bytes, read } = READABLE_TYPES[type];
  const data = new Float32Array(elementCount(view));
  const { shape, strides } = merged(view);
  const rowLength = shape.at(-1) ?? 1;
  const rowStride = strides.at(-1) ?? 1;
  // The position along every dimension but the innermost, and the element that it leads to.
  const position = shape.slice(0, -1).fill(0);
  let row = view.offset;
  for (let start = 0; start < data.length; start += rowLength) {
    for (let column = 0; column < rowLength; column++) {
      data[start + column] = read(storage, (row + column * rowStride) * bytes);
    }
    row += step(position, shape, strides);
  }
  return data;
}

/** Values that lie in memory, in the row-major order of the shape that the strides show. */
export function rearranged(
  data: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return readStrided(viewOf(bytes), 'F32', { offset: 0, shape, strides });
}

/** Moves on to the next row, like an odometer; returns how far away in the storage it begins. */
function step(position: number[], shape: readonly number[], strides: readonly number[]): number {
  let distance = 0;
  for (let axis = position.length - 1; axis >= 0; axis--) {
    const stride = strides[axis] ?? 0;
    const next = (position[axis] ?? 0) + 1;
    if (next < (shape[axis] ?? 0)) {
      position[axis] = next;
      return distance + stride;
    }
    position[axis] = 0;
    distance -= (next - 1) * stride;
  }
  return distance;
}

/** The same elements in fewer dimensions: a tensor that lies in its storage as it is read becomes one row. */
function merged({ shape, strides }: StridedView): { shape: number[]; strides: number[] } {
  const result = { shape: [] as number[], strides: [] as number[] };
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const stride = strides[axis] ?? 0;
    const outer = result.shape.length - 1;
    if (outer >= 0 && result.strides[outer] === size * stride) {
      result.shape[outer] = (result.shape[outer] ?? 1) * size;
      result.strides[outer] = stride;
    } else {
      result.shape.push(size);
      result.strides.push(stride);
    }
  }
  return result;
}
