import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cosine,
  exponential,
  hypotenuse,
  logarithm,
  power,
  sine,
  sixteenthRoot,
  threeHalvesPower,
} from '../../src/random/fixed-math.ts';
import { goldenNumbers } from './golden-numbers.ts';

/** Four units in the last place of 1: some of ours, some of the engine's. */
const few = 4 * Number.EPSILON;

/** Within a few units of the engine's answer, relative where that is a normal float. */
function expectNear(ours: number, engines: number): void {
  if (!Number.isFinite(engines) || Math.abs(engines) < 1e-300) {
    expect(ours).toBeCloseTo(engines, 300);
    return;
  }
  expect(Math.abs(ours - engines) / Math.abs(engines)).toBeLessThanOrEqual(few);
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('functions of fixed operations agree with the engine’s to a few units in the last place:', () => {
  test.each<[string, (x: number) => number, (x: number) => number, fc.Arbitrary<number>]>([
    ['exponential', exponential, Math.exp, between(-800, 800)],
    ['exponential near 0', exponential, Math.exp, between(-1, 1)],
    ['logarithm', logarithm, Math.log, between(0, Number.MAX_VALUE)],
    ['logarithm near 1', logarithm, Math.log, between(0.5, 2)],
    ['sine near 0', sine, Math.sin, between(-2, 2)],
    ['cosine near 0', cosine, Math.cos, between(-2, 2)],
    ['sixteenth root', sixteenthRoot, (x) => x ** (1 / 16), between(0, 1e300)],
    ['power of three halves', threeHalvesPower, (x) => x ** 1.5, between(0, 1e100)],
  ])('%s', (_, ours, engines, numbers) => {
    fc.assert(
      fc.property(numbers, (x) => {
        expectNear(ours(x), engines(x));
      }),
      { numRuns: 3000 },
    );
  });

  test('power', () => {
    fc.assert(
      fc.property(between(5e-324, Number.MAX_VALUE), between(0, 1), (base, share) => {
        expectNear(power(base, share), base ** share);
      }),
      { numRuns: 3000 },
    );
  });

  // Far out, where a reduced angle near 0 has fewer digits, compared with 1.
  test.each([
    ['sine', sine, Math.sin],
    ['cosine', cosine, Math.cos],
  ])('%s far out', (_, ours, engines) => {
    fc.assert(
      fc.property(between(-1e6, 1e6), (x) => {
        expect(Math.abs(ours(x) - engines(x))).toBeLessThanOrEqual(few);
      }),
      { numRuns: 3000 },
    );
  });

  test('hypotenuse', () => {
    fc.assert(
      fc.property(between(-1e6, 1e6), between(1e-6, 1e6), (x, y) => {
        expectNear(hypotenuse(x, y), Math.hypot(x, y));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('at the ends', () => {
  test('exponentials', () => {
    expect([-Infinity, -746, -0, 0, 710, Infinity].map(exponential)).toEqual([
      0,
      0,
      1,
      1,
      Infinity,
      Infinity,
    ]);
    expect(exponential(NaN)).toBeNaN();
    expect(exponential(-745)).toBe(5e-324);
  });

  test('logarithms', () => {
    expect([0, 1, Infinity].map(logarithm)).toEqual([-Infinity, 0, Infinity]);
    expect(logarithm(-1)).toBeNaN();
    expect(logarithm(NaN)).toBeNaN();
    expectNear(logarithm(5e-324), Math.log(5e-324));
  });

  test('powers', () => {
    expect([0, 0.5, 1].map((share) => power(2 ** 253, share))).toEqual([1, 2 ** 126.5, 2 ** 253]);
    expect(power(1, 0.3)).toBe(1);
    expect(() => power(0, 0.5)).toThrow(RangeError);
    expect(() => power(2, 1.5)).toThrow(RangeError);
  });

  test('sines and cosines', () => {
    expect([cosine(0), cosine(Math.PI), sine(0), sine(Math.PI / 2)]).toEqual([1, -1, 0, 1]);
    expect(() => sine(1e7)).toThrow(RangeError);
    expect(() => cosine(NaN)).toThrow(RangeError);
  });
});

test('what an archive depends on is the same bits under every version of Node', () => {
  expect(goldenNumbers()).toEqual({
    exponential: '6f5d8a5c2285349f6ec213ad2f036aa442ebeb1e1c749cb1c9f8b781d57e0cf7',
    'exponential near 0': 'bc1c53d9ce7ca27c85c4c654b8c1a1939ca64f0da8feb1aba90905ffefb7ed64',
    logarithm: '25dbc52cc8edd3c95fcec816faa2db133f3900780165a7cd0ebe488166bf6cf8',
    'logarithm of all sizes': 'bda9563f0b540d6a364506b16fddde633e2380e3a972ba7f7de12cfe11fe1652',
    power: '359e58690e45960cfbfd4b8de2b3637bec8da1cca03173dfb46750f104ee5185',
    sine: '3fb1982958ed43a1882bd34f30168041ebaeb8df15c6102aed4e0caa6e2a9378',
    cosine: '844ae625803dbd51c8f122eb73ad34f196bb08445f91b63bbec74d2de71b48e8',
    'sixteenth root': '4324fb05d134e35cf58a2c90143d54c2295a8c83967d5932e3211b8b300f391c',
    'power of three halves': '8682b3cbd232fe341ac487e8bb923abe1935c432f2518b29c241da70db74d121',
    hypotenuse: '2e8817d513707d082a3a10082583bffecb7461b6e875c46a5a0132f755a58cc1',
    'CPPNs of one output': 'b81d27e3a3078f2381f179a2b65bb2d59254f38d9a93b2afa82767af3ddd4404',
    'CPPNs of three outputs': '4b5ba89c10b4d92e6bedf779b83d09ff0d5e58c27c7a3d14dae9b2979676554e',
    'weights of LeNet': '35776e397f0b796a858909c23ee498db30576c5c728291d1eca7b23512f4aa7a',
    'learning rates': '18bbb793b148662d5468ff328d1bdab032009c0ffc356b0ade58aecf569dc3c4',
    blur: '0fe2066ef14843ee1094cdff7406ddad79e3973eaf71741f34bb377dd07d5dc0',
    waves: 'cb9ba3196ba8b1a8994e982e5ca85a6faaca2a98df65bc269551b0102842e7e8',
    trials: '871ace73646c674eb96febf8ee409b61c0903a7d0d06918959e28756b3c38233',
    'random views': 'a88eba435373fd527c359d36dfbe4a05bad70bc80aa703f34d06a47f0e504f01',
  });
});
