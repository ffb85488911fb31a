import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../../src/formats/strict-json.ts';

describe('strict JSON', () => {
  test('agrees with JSON.parse on everything that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseStrictJson(text, 1000)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":{"k":[],"j":0,"k":1}}', '[{"":1,"" :2}]'])(
    'refuses the repeated key of %s',
    (text) => {
      expect(() => parseStrictJson(text, 10)).toThrow(/occurs twice/);
    },
  );

  test.each([
    '{"a":{"a":1},"b":{"a":1}}',
    '{"a":"a","b":"a"}',
    '[{"a":1},{"a":1}]',
    '{"a\\"":1,"a":"x\\\\"}',
  ])('accepts %s, whose keys are unique in each object', (text) => {
    expect(parseStrictJson(text, 10)).toEqual(JSON.parse(text));
  });

  test('refuses deeper nesting than asked for, before anything is built', () => {
    expect(parseStrictJson('[[[]]]', 3)).toEqual([[[]]]);
    expect(() => parseStrictJson('[[[[]]]]', 3)).toThrow(/deeper than 3/);
    expect(() => parseStrictJson('['.repeat(1_000_000), 3)).toThrow(/deeper than 3/);
  });

  test('any text is parsed or refused with a SyntaxError', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:\\ua01 \n') }));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseStrictJson(text, 5);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
