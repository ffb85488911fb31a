/**
 * IEEE 754 binary16 ("half"): 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. JavaScript engines
 * had no Float16Array before 2025, so the two conversions live here, on the bit patterns of binary32.
 */

// One number seen as a float and as its bits; both are overwritten by each call.
const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

/** Widens the 16 bits of a half to the number that they stand for; exact, NaN and infinities included. */
export function halfToFloat(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = half & 0x7c00;
  const fraction = half & 0x03ff;
  if (exponent === 0) return (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
  const exponentBits = exponent === 0x7c00 ? 0x7f800000 : (exponent << 13) + (112 << 23);
  asBits[0] = sign | exponentBits | (fraction << 13);
  return asFloat[0] ?? 0;
}

let widened: Float32Array | undefined;

/** What each of the 65,536 halves stands for, by its bits: for weights, of which there are millions. */
export function allHalves(): Float32Array {
  return (widened ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => halfToFloat(half)));
}

/**
 * The bits of the half nearest to a binary32 number; ties go to the even fraction, as WGSL's
 * `pack2x16float` and numpy do. Magnitudes from 65,520 up become infinity; every NaN becomes 0x7e00 with
 * the sign kept. A number that binary32 cannot hold is first rounded to binary32.
 */
export function floatToHalf(value: number): number {
  asFloat[0] = value;
  const bits = asBits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65,536 and above
  if (magnitude < 0x38800000) {
    // Below 2^-14 a half counts in steps of 2^-24. Adding 2^52 to a double leaves no room for a fraction,
    // so the processor itself rounds to the nearest step, ties to even.
    const steps = Math.abs(asFloat[0]) * 2 ** 24;
    return sign | (steps + 2 ** 52 - 2 ** 52);
  }
  // Re-bias the exponent, then round away 13 fraction bits; a carry runs into the exponent as it should.
  const rebiased = magnitude - (112 << 23);
  return sign | ((rebiased + 0x0fff + ((rebiased >>> 13) & 1)) >>> 13);
}
