/** The orthonormal basis of real waves: a constant, then a cosine and a sine of every frequency. */

import { cosine, sine } from '../../random/fixed-math.ts';

/** Cycles per point of the basis function `index`: 0, 1/n, 1/n, 2/n, 2/n, … */
export const waveFrequency = (index: number, points: number): number => Math.ceil(index / 2) / points;

/** [points, points]: wave by point. For an even number of points the last wave alternates between two values. */
export function waveBasis(points: number): Float64Array<ArrayBuffer> {
  const basis = new Float64Array(points * points);
  for (let wave = 0; wave < points; wave++) {
    const cycles = Math.ceil(wave / 2);
    const alone = cycles === 0 || 2 * cycles === points;
    const size = Math.sqrt((alone ? 1 : 2) / points);
    for (let point = 0; point < points; point++) {
      // The remainder keeps the angle small, so that its sine is exact.
      const angle = (2 * Math.PI * ((cycles * point) % points)) / points;
      basis[wave * points + point] = size * (wave % 2 === 1 || cycles === 0 ? cosine(angle) : sine(angle));
    }
  }
  return basis;
}

/** Exchanges rows and columns of a square matrix. */
export function transposed(matrix: Float64Array, size: number): Float64Array<ArrayBuffer> {
  return Float64Array.from(
    { length: size * size },
    (_, at) => matrix[(at % size) * size + Math.floor(at / size)] ?? 0,
  );
}
