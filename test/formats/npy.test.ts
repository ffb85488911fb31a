import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNpy } from '../../src/formats/npy.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { mutationsOf, parsedOrRefused, splicesOf, truncationsOf } from '../support/hostile-bytes.ts';
import { npyBytes, npyOf, numpysOwn } from '../support/npy-bytes.ts';

const read = (bytes: Uint8Array) => readNpy(bytes, 'the mean', 'm.npy');
const quarters = Float32Array.from({ length: 12 }, (_, index) => index / 4 - 1);

test.each(Object.entries(numpysOwn))('reads what NumPy writes: %s', (_, base64) => {
  expect(read(Buffer.from(base64, 'base64'))).toEqual({ shape: [3, 2, 2], data: quarters });
});

test.each([
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (3L, 2L, 2L), }         \n"],
  ['{"shape":(3,2,2),"fortran_order":False,"descr":"<f4"}'],
])('reads other spellings of the header: %s', (header) => {
  expect(read(npyBytes(header, quarters))).toEqual({ shape: [3, 2, 2], data: quarters });
});

test('reads a single value, and a row', () => {
  const one = Float32Array.of(5);
  expect(read(npyBytes("{'descr': '<f4', 'fortran_order': True, 'shape': (), }", one))).toEqual({
    shape: [],
    data: one,
  });
  expect(read(npyOf([12], quarters))).toEqual({ shape: [12], data: quarters });
});

const header = (descr: string, order = 'False', shape = '(3, 2, 2)') =>
  npyBytes(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`, quarters);

test.each([
  ['whole numbers', header("'<i8'"), /values of the type '<i8', expected float32 or float64: convert it/],
  ['half floats', header("'<f2'"), /of the type '<f2'/],
  ['objects', header("'|O'"), /of the type '\|O'/],
  ['records', header("[('a', '<f4'), ('b', '<f4')]"), /of the type \[\('a', '<f4'\), \('b', '<f4'\)\]/],
  ['an unknown order', header("'<f4'", 'None'), /says fortran_order: None/],
  ['a negative size', header("'<f4'", 'False', '(-3, 2, 2)'), /has the shape \(-3, 2, 2\)$/],
  ['no tuple', header("'<f4'", 'False', '12'), /has the shape 12$/],
  [
    'a huge shape',
    header("'<f4'", 'False', '(3, 4294967296, 4294967296)'),
    /12 values but its shape .* needs/,
  ],
  [
    'another key',
    npyBytes("{'descr': '<f4', 'x': 1}", quarters),
    /has the header "\{'descr': '<f4', 'x': 1\}"/,
  ],
  [
    'version 4',
    Uint8Array.from([0x93, 78, 85, 77, 80, 89, 4, 0, 0, 0]),
    /is of version 4 of the \.npy format/,
  ],
  ['NaN', npyOf([1], Float32Array.of(NaN)), /the mean holds NaN at index 0/],
  ['too few values', npyOf([13], quarters), /holds 12 values but its shape \[13\] needs 13/],
  ['a part of a value', npyOf([0], new Float32Array()).subarray(0, -1), /ends inside its header/],
])('refuses %s', (_, bytes, message) => {
  expect(() => read(bytes)).toThrow(WeightFileError);
  expect(() => read(bytes)).toThrow(message);
});

describe('hostile bytes', () => {
  const valid = npyOf([3, 2, 2], quarters);

  test('are read consistently, or refused as a WeightFileError', () => {
    const damaged = fc.oneof(mutationsOf(valid), splicesOf(valid));
    fc.assert(
      fc.property(damaged, (bytes) => {
        const array = parsedOrRefused(() => read(bytes), WeightFileError);
        if (!array) return;
        expect(array.data.length).toBe(array.shape.reduce((product, size) => product * size, 1));
        expect(array.data.every(Number.isFinite)).toBe(true);
        expect(array.data.length).toBeLessThanOrEqual(bytes.length / 4);
      }),
      { numRuns: 3000 },
    );
  });

  test('no truncation is read', () => {
    for (const bytes of truncationsOf(valid)) expect(() => read(bytes)).toThrow(WeightFileError);
  });
});
