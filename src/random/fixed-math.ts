/**
 * Powers, exponentials, logarithms, sines and cosines that are the same bits wherever they run.
 *
 * ECMAScript leaves `Math.pow` (and `**`), `Math.exp`, `Math.log`, `Math.sin` and their kin to the engine: V8 changed its
 * power between Node 22 and 24, and one seed gave two archives. What decides anything (mutation, weights, schedules, the
 * choice of a kernel) uses these instead, a lint rule holds that. They are made of what IEEE 754 fixes: + − × ÷ √,
 * comparisons and whole numbers, in a fixed order. Reductions and minimax coefficients are those of FreeBSD's msun
 * (fdlibm); errors are about 1 ulp.
 */

/** ln 2, its first 33 bits and the rest, so that multiples of the former up to 2^20 are exact. */
const ln2 = [6.9314718036912381649e-1, 1.90821492927058770002e-10] as const;
/** π/2, likewise. */
const halfPi = [1.57079632673412561417, 6.07710050650619224932e-11] as const;

/** 1 / ln 2 and 2 / π. */
const [perLn2, perHalfPi] = [1.442695040888963387, 6.36619772367581382433e-1];

const exponentialTerms = [
  1.66666666666666019037e-1, -2.77777777770155933842e-3, 6.61375632143793436117e-5, -1.6533902205465251539e-6,
  4.13813679705723846039e-8,
];
const logarithmTerms = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
];
const sineTerms = [
  -1.66666666666666324348e-1, 8.33333333332248946124e-3, -1.98412698298579493134e-4,
  2.75573137070700676789e-6, -2.50507602534068634195e-8, 1.58969099521155010221e-10,
];
const cosineTerms = [
  4.16666666666666019037e-2, -1.38888888888741095749e-3, 2.48015872894767294178e-5,
  -2.75573143513906633035e-7, 2.0875723212981748279e-9, -1.13596475577881948265e-11,
];

/** Σ terms[k] · x^k, by Horner's rule. */
const polynomial = (terms: readonly number[], x: number): number =>
  terms.reduceRight((sum, term) => sum * x + term, 0);

/** x^(1/16), for x ≥ 0. */
export const sixteenthRoot = (x: number): number => Math.sqrt(Math.sqrt(Math.sqrt(Math.sqrt(x))));

/** x^(3/2), for x ≥ 0. */
export const threeHalvesPower = (x: number): number => x * Math.sqrt(x);

/** √(x² + y²), of numbers whose squares are neither infinite nor lost. */
export const hypotenuse = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** e^x */
export function exponential(x: number): number {
  if (!(x < 710)) return x + Infinity;
  if (x < -746) return 0;
  const power = Math.round(x * perLn2);
  return scaled(smallExponential(x - power * ln2[0], power * ln2[1]), power);
}

/** e^(high − low), where that is within ±0.4. */
function smallExponential(high: number, low: number): number {
  const x = high - low;
  const square = x * x;
  const c = x - square * polynomial(exponentialTerms, square);
  return 1 - (low - (x * c) / (2 - c) - high);
}

/** ln x; of 0 it is −∞, of what is below 0 no number. */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const { mantissa, power } = parts(x);
  return power * ln2[0] - (smallLogarithm(mantissa, power * ln2[1]) - (mantissa - 1));
}

/** m − 1 − (ln m + low), for a mantissa m from √½ to √2: what is to be taken from m − 1. */
function smallLogarithm(mantissa: number, low: number): number {
  const f = mantissa - 1;
  const s = f / (2 + f);
  const square = s * s;
  const rest = square * polynomial(logarithmTerms, square);
  const half = 0.5 * f * f;
  return half - (s * (half + rest) + low);
}

/**
 * base^share, for a finite base above 0 and a share in [0, 1].
 * @throws RangeError for others
 */
export function power(base: number, share: number): number {
  if (!(base > 0 && base < Infinity && share >= 0 && share <= 1)) {
    throw new RangeError(`${String(base)} to the power of ${String(share)}; the share is to be from 0 to 1`);
  }
  const whole = parts(base);
  // The first bits of the share, whose product with the base's power of two is exact.
  const first = Math.floor(share * 2 ** 32) / 2 ** 32;
  const exact = whole.power * first;
  const rounded = Math.round(exact);
  const doublings = exact - rounded + whole.power * (share - first);
  const logarithmOfRest = share * (whole.mantissa - 1 - smallLogarithm(whole.mantissa, 0));
  const low = -doublings * ln2[1];
  // Both are below ln(2) / 2, and their sum below ln 2: what exceeds half of that goes to the power of two.
  const high = doublings * ln2[0] + logarithmOfRest;
  const more = Math.round(high * perLn2);
  return scaled(smallExponential(high - more * ln2[0], low + more * ln2[1]), rounded + more);
}

/** sin x, for |x| up to a million. @throws RangeError beyond */
export const sine = (x: number): number => circular(x, 0);

/** cos x, likewise. */
export const cosine = (x: number): number => circular(x, 1);

/** sin(x + quarters · π/2) */
function circular(x: number, quarters: number): number {
  if (!(Math.abs(x) <= 1e6)) throw new RangeError(`an angle of ${String(x)}; at most a million either way`);
  const turned = Math.round(x * perHalfPi);
  const high = x - turned * halfPi[0];
  const low = turned * halfPi[1];
  const angle = high - low;
  const rest = high - angle - low;
  // Of a negative remainder's two's complement the last bits are the quarter of the circle all the same.
  const quarter = (turned + quarters) & 3;
  const value = quarter % 2 === 0 ? smallSine(angle, rest) : smallCosine(angle, rest);
  return quarter < 2 ? value : -value;
}

/** sin(x + rest) for |x| up to π/4 and a rest that x does not hold. */
function smallSine(x: number, rest: number): number {
  const square = x * x;
  const cube = square * x;
  const terms = polynomial(sineTerms.slice(1), square);
  return x - (square * (0.5 * rest - cube * terms) - rest - cube * (sineTerms[0] ?? 0));
}

function smallCosine(x: number, rest: number): number {
  const square = x * x;
  const half = 0.5 * square;
  const most = 1 - half;
  return most + (1 - most - half + (square * square * polynomial(cosineTerms, square) - x * rest));
}

const bits = new DataView(new ArrayBuffer(8));

/** 2^power, of −1022 to 1023. */
function powerOfTwo(power: number): number {
  bits.setUint32(0, (power + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** x · 2^power, rounded once, for |power| up to 1100. */
function scaled(x: number, power: number): number {
  if (power > 1000) return x * powerOfTwo(power - 100) * powerOfTwo(100);
  return power < -1000 ? x * powerOfTwo(power + 100) * powerOfTwo(-100) : x * powerOfTwo(power);
}

/** x = mantissa · 2^power with a mantissa from √½ to √2, for a finite x above 0. */
function parts(x: number): { readonly mantissa: number; readonly power: number } {
  // Below 2^-1022 floats have fewer bits: 2^54 makes them normal ones.
  const tiny = x < powerOfTwo(-1022);
  bits.setFloat64(0, tiny ? x * powerOfTwo(54) : x);
  const high = bits.getUint32(0);
  const power = (high >>> 20) - 1023 - (tiny ? 54 : 0);
  bits.setUint32(0, (high & 0xfffff) | (1023 << 20));
  const mantissa = bits.getFloat64(0);
  return mantissa > Math.SQRT2 ? { mantissa: mantissa / 2, power: power + 1 } : { mantissa, power };
}
