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

/** As `toEqual`, bit for bit but for the kind of NaN; that takes seconds for a million values. */
export function expectSame(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const index = actual.findIndex((value, at) => !Object.is(value, expected[at]));
  if (index >= 0)
    expect.fail(`value ${String(index)} is ${String(actual[index])}, not ${String(expected[index])}`);
}
