import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AxisError, axisValues, mostValues } from '../../bench/kernels/axis.ts';

const small = fc.integer({ min: 1, max: 200 });

test('a range goes from its first value in its steps to the last one that is not beyond its end', () => {
  fc.assert(
    fc.property(small, fc.nat(500), fc.integer({ min: 1, max: 50 }), (from, length, step) => {
      const values = axisValues(`${String(from)}..${String(from + length)}+${String(step)}`);
      expect(values[0]).toBe(from);
      expect(values).toHaveLength(1 + Math.floor(length / step));
      for (const [index, value] of values.entries()) expect(value).toBe(from + index * step);
    }),
  );
});

test('a range by a factor has the powers of it', () => {
  fc.assert(
    fc.property(small, fc.integer({ min: 2, max: 9 }), fc.nat(8), (from, factor, count) => {
      const last = from * factor ** count;
      const values = axisValues(`${String(from)}..${String(last)}*${String(factor)}`);
      expect(values).toEqual(Array.from({ length: count + 1 }, (_, power) => from * factor ** power));
      const beyond = axisValues(`${String(from)}..${String(last * factor - 1)}*${String(factor)}`);
      expect(beyond).toEqual(values);
    }),
  );
});

test('a list has its values in their order, each once, and ranges among them', () => {
  expect(axisValues('8')).toEqual([8]);
  expect(axisValues('16,1,4')).toEqual([16, 1, 4]);
  expect(axisValues('1..64*2')).toEqual([1, 2, 4, 8, 16, 32, 64]);
  expect(axisValues('3..5')).toEqual([3, 4, 5]);
  expect(axisValues('1,2,4..12+4,4')).toEqual([1, 2, 4, 8, 12]);
  expect(axisValues('0')).toEqual([0]);
  expect(axisValues('5..5*2')).toEqual([5]);
});

test.each([
  ['', /“” is neither/],
  ['x', /“x” is neither a number nor a range/],
  ['1,,2', /“” in “1,,2” is neither/],
  ['1.5', /“1\.5” is neither/],
  ['-1', /neither/],
  ['8..1', /“8\.\.1” ends before it begins/],
  ['0..8*2', /“0\.\.8\*2” never comes to its end/],
  ['1..8*1', /never comes to its end/],
  ['1..8+0', /never comes to its end/],
  ['1..100000', new RegExp(`more than ${String(mostValues)} values`)],
  ['99999999999999999999', /too large/],
])('“%s” is refused in a sentence', (text, message) => {
  expect(() => axisValues(text)).toThrow(AxisError);
  expect(() => axisValues(text)).toThrow(message);
});

test('values below the least are refused', () => {
  expect(() => axisValues('0,1', 1)).toThrow('0 is less than 1');
});

test('any text gives values or a sentence', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.,*+x ') }), (text) => {
      try {
        const values = axisValues(text);
        expect(values.length).toBeGreaterThan(0);
        expect(values.every(Number.isSafeInteger)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(AxisError);
      }
    }),
  );
});
