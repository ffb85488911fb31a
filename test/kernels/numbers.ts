/** Numbers for kernel tests, and when two lists of them count as equal. */
import { expect } from 'vitest';

/** Repeatable values in [−1, 1): a multiplicative generator, good enough to make every product distinct. */
export function randomValues(length: number, seed: number): Float32Array<ArrayBuffer> {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** As above in rows of `used` values, each padded with zeros to a multiple of 4. */
export function randomRows(rows: number, used: number, seed: number): Float32Array<ArrayBuffer> {
  const pitch = Math.ceil(used / 4) * 4;
  return randomValues(rows * pitch, seed).map((value, index) => (index % pitch < used ? value : 0));
}

/** `|a − b| ≤ atol + rtol · |b|` everywhere; non-finite values and missing ones fail. */
export function expectClose(
  actual: ArrayLike<number>,
  reference: ArrayLike<number>,
  tolerance: { readonly atol: number; readonly rtol: number } = { atol: 2e-5, rtol: 2e-5 },
): void {
  expect(actual.length).toBe(reference.length);
  for (let index = 0; index < reference.length; index++) {
    const [a, b] = [actual[index]!, reference[index]!];
    if (!(Math.abs(a - b) <= tolerance.atol + tolerance.rtol * Math.abs(b))) {
      expect.fail(
        `value ${String(index)} of ${String(reference.length)} is ${String(a)}, the reference has ${String(b)}`,
      );
    }
  }
}

/** As `expectClose` to a rectified linear unit of the reference, of which NaN stays NaN. */
export function expectRectified(actual: Float32Array, reference: Float32Array | Float64Array): void {
  const lost = (values: Float32Array | Float64Array) =>
    [...values.keys()].filter((index) => Number.isNaN(values[index]));
  expect(lost(actual)).toEqual(lost(reference));
  const found = (_: number, index: number) => !Number.isNaN(reference[index]);
  expectClose(
    actual.filter(found),
    reference.filter(found).map((value) => Math.max(0, value)),
  );
}

/** As `toEqual`, bit for bit but for the kind of NaN; that takes seconds for a million values. */
export function expectSame(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const index = actual.findIndex((value, at) => !Object.is(value, expected[at]));
  if (index >= 0)
    expect.fail(`value ${String(index)} is ${String(actual[index])}, not ${String(expected[index])}`);
}
