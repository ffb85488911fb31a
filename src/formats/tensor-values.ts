/** Where bytes of a file become the values of a tensor: as many as its shape says, every one of them finite. */
import { count } from '../util/count.ts';
import { allHalves } from './half.ts';
import { type Fail, FETCH_AGAIN } from './refusal.ts';
import { READABLE_TYPES, type ReadableType } from './tensor.ts';

/** Bytes from `start` up to `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes that a tensor takes: a bigint, so that a hostile shape cannot overflow into a plausible size.
 * @param shape non-negative integers
 */
export function byteLength(shape: readonly number[], bytesPerValue: number): bigint {
  if (shape.includes(0)) return 0n;
  let length = BigInt(bytesPerValue);
  for (const size of shape) {
    length *= BigInt(size);
    // Past every possible file; stop before thousands of dimensions make a number of thousands of digits.
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) return length;
  }
  return length;
}

/**
 * Refuses a shape that asks for more or fewer values than the file holds, before anything is allocated.
 * @param what names the tensor in the message
 */
export function checkVolume(what: string, shape: readonly number[], available: number, fail: Fail): void {
  const needed = byteLength(shape, 1);
  if (needed === BigInt(available)) return;
  fail(
    `${what} holds ${count(available)} values but its shape [${shape.join(', ')}] needs ${count(needed)}; ` +
      FETCH_AGAIN,
  );
}

/**
 * Widens or rounds little-endian values to binary32.
 * @param length the number of values in all ranges together
 * @param ranges where in the view the values lie, in order; each a whole number of values long
 * @param what names the tensor in the message
 * @throws WeightFileError by `fail` when a value is not finite
 */
export function readValues(
  view: DataView,
  type: ReadableType,
  length: number,
  ranges: Iterable<ByteRange>,
  what: string,
  fail: Fail,
): Float32Array {
  const { bytes, read } = READABLE_TYPES[type];
  const data = new Float32Array(length);
  let index = 0;
  const halves = type === 'F16' ? allHalves() : undefined;
  for (const { start, end } of ranges) {
    if (halves)
      for (let offset = start; offset < end; offset += bytes)
        data[index++] = halves[view.getUint16(offset, true)] ?? 0;
    else for (let offset = start; offset < end; offset += bytes) data[index++] = read(view, offset);
  }
  requireFinite(what, data, fail);
  return data;
}

/**
 * Weights that are not numbers, or infinite, would turn every activation after them into NaN.
 * @param what names the tensor in the message
 * @throws WeightFileError by `fail` that names the first value that is not finite
 */
export function requireFinite(what: string, data: Float32Array, fail: Fail): void {
  for (let index = 0; index < data.length; index++) {
    if (Number.isFinite(data[index])) continue;
    fail(
      `${what} holds ${String(data[index])} at index ${count(index)}, values must be finite; ` +
        'was the training that made it stable?',
    );
  }
}
