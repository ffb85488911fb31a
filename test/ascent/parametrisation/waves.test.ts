import { expect, test } from 'vitest';
import { transposed, waveBasis, waveFrequency } from '../../../src/ascent/parametrisation/waves.ts';
import { expectClose } from '../../kernels/numbers.ts';

test.each([1, 2, 3, 4, 7, 28, 45, 256])('real waves of %i points are orthonormal', (points) => {
  const basis = waveBasis(points);
  const products: number[] = [];
  for (let one = 0; one < points; one++) {
    for (let other = 0; other < points; other++) {
      let sum = 0;
      for (let at = 0; at < points; at++) sum += basis[one * points + at]! * basis[other * points + at]!;
      products.push(sum);
    }
  }
  const identity = products.map((_, at) => (at % (points + 1) === 0 ? 1 : 0));
  expectClose(products, identity, { atol: 1e-12, rtol: 0 });
});

test('a wave of frequency f has 2 f n changes of sign around n points', () => {
  const points = 16;
  const basis = waveBasis(points);
  for (let wave = 0; wave < points; wave++) {
    const row = Array.from(basis.subarray(wave * points, (wave + 1) * points));
    const signs = row
      .map((value) => (Math.abs(value) < 1e-12 ? 0 : Math.sign(value)))
      .filter((sign) => sign !== 0);
    const changes = signs.filter((sign, at) => sign !== signs[(at + 1) % signs.length]).length;
    expect(changes).toBe(Math.round(2 * waveFrequency(wave, points) * points));
  }
});

test('a matrix is transposed', () => {
  expect([...transposed(Float64Array.of(1, 2, 3, 4), 2)]).toEqual([1, 3, 2, 4]);
});
