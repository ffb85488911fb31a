import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';

const FILE = 'lenet.safetensors';

function fileOf(header: unknown, values: Uint8Array | number = 0): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  const headerBytes = new TextEncoder().encode(text);
  const valueBytes = typeof values === 'number' ? new Uint8Array(values) : values;
  const bytes = new Uint8Array(8 + headerBytes.length + valueBytes.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes.length), true);
  bytes.set(headerBytes, 8);
  bytes.set(valueBytes, 8 + headerBytes.length);
  return bytes;
}

function entry(shape: unknown, begin: number, end: number, dtype = 'F32') {
  return { dtype, shape, data_offsets: [begin, end] };
}

const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text !== '__metadata__');
const half = fc.integer({ min: -1024, max: 1024 }).map((integer) => integer / 64);
const tensor: fc.Arbitrary<Tensor> = fc
  .record({ name, dtype: fc.constantFrom('F16', 'F32'), shape: fc.array(fc.nat(4), { maxLength: 4 }) })
  .chain(({ name, dtype, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const value = dtype === 'F16' ? half : fc.float({ noNaN: true, noDefaultInfinity: true });
    return fc
      .array(value, { minLength: length, maxLength: length })
      .map((values) => ({ name, dtype, shape, data: Float32Array.from(values) }));
  });
const tensors = fc.uniqueArray(tensor, { selector: (each) => each.name, maxLength: 6 });

const small = writeSafetensors(
  [
    {
      name: 'conv1.weight',
      dtype: 'F32',
      shape: [2, 1, 2, 2],
      data: Float32Array.from({ length: 8 }, (_, i) => i / 3 - 1),
    },
    { name: 'conv1.bias', dtype: 'F16', shape: [2], data: Float32Array.of(0.5, -2) },
  ],
  { architecture: 'lenet', labels: '["0","1"]' },
);

describe('writing and reading back', () => {
  test('returns names, types, shapes, values and metadata', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (list, metadata) => {
        const file = readSafetensors(writeSafetensors(list, metadata), FILE);
        expect(new Set(file.tensors.values())).toEqual(new Set(list));
        expect(Object.entries(file.metadata).sort()).toEqual(Object.entries(metadata).sort());
        for (const [key, { name }] of file.tensors) expect(key).toBe(name);
      }),
    );
  });

  test('gives equal bytes whatever the order of tensors and metadata', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (list, metadata) => {
        const reversed = Object.fromEntries(Object.entries(metadata).reverse());
        expect(writeSafetensors([...list].reverse(), reversed)).toEqual(writeSafetensors(list, metadata));
      }),
    );
  });

  test('survives names that objects treat specially', () => {
    const list = ['__proto__', 'constructor', '10', '9', ''].map((name) => ({
      name,
      dtype: 'F32' as const,
      shape: [],
      data: Float32Array.of(1),
    }));
    const metadata = Object.fromEntries([['__proto__', 'x']]);
    const file = readSafetensors(writeSafetensors(list, metadata), FILE);
    expect([...file.tensors.keys()].sort()).toEqual(list.map((each) => each.name).sort());
    expect(Object.entries(file.metadata)).toEqual([['__proto__', 'x']]);
  });

  test('pads the header with spaces so that each value lies on a multiple of its size', () => {
    const length = Number(new DataView(small.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = new TextDecoder().decode(small.subarray(8, 8 + length));
    expect(header).toMatch(/^\{.*\} *$/);
    expect(JSON.parse(header)).toEqual({
      __metadata__: { architecture: 'lenet', labels: '["0","1"]' },
      'conv1.weight': entry([2, 1, 2, 2], 0, 32),
      'conv1.bias': entry([2], 32, 36, 'F16'),
    });
  });

  test('rounds to the nearest half, ties to even', () => {
    const data = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 0.1);
    const bytes = writeSafetensors([{ name: 'a', dtype: 'F16', shape: [3], data }], {});
    const read = readSafetensors(bytes, FILE).tensors.get('a')!;
    expect([...read.data]).toEqual([1, 1 + 2 ** -9, 0.0999755859375]);
  });

  test('reads values at any alignment of the bytes', () => {
    const shifted = new Uint8Array(small.length + 3).subarray(3);
    shifted.set(small);
    expect(readSafetensors(shifted, FILE)).toEqual(readSafetensors(small, FILE));
  });
});

describe('reading other element types', () => {
  test('widens BF16 and rounds F64', () => {
    const values = new Uint8Array(12);
    const view = new DataView(values.buffer);
    view.setFloat64(0, 0.1, true);
    view.setUint16(8, 0x3fc0, true);
    view.setUint16(10, 0xc000, true);
    const bytes = fileOf({ double: entry([1], 0, 8, 'F64'), brain: entry([2], 8, 12, 'BF16') }, values);
    const { tensors } = readSafetensors(bytes, FILE);
    expect(tensors.get('double')).toMatchObject({ dtype: 'F32', data: Float32Array.of(0.1) });
    expect(tensors.get('brain')).toMatchObject({ dtype: 'F32', data: Float32Array.of(1.5, -2) });
  });

  test.each(['I64', 'BOOL', 'F8_E4M3', 'something new'])('lists a tensor of %s', (type) => {
    const file = readSafetensors(fileOf({ a: entry([1], 0, 4), steps: entry([], 4, 12, type) }, 12), FILE);
    expect([...file.tensors.keys()]).toEqual(['a']);
    expect(file.ignored).toEqual([
      { name: 'steps', reason: `holds ${type}; weights are F16, BF16, F32 or F64` },
    ]);
  });

  test('takes null for metadata that say nothing', () => {
    expect(readSafetensors(fileOf({ __metadata__: null }), FILE).metadata).toEqual({});
    const some = fileOf({ __metadata__: { format: 'pt', note: null } });
    expect(readSafetensors(some, FILE).metadata).toEqual({ format: 'pt' });
  });
});

describe('refusing broken files', () => {
  const huge = new Uint8Array(8).fill(0xff);
  const overLimit = new Uint8Array(16);
  new DataView(overLimit.buffer).setBigUint64(0, 100_000_001n, true);
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['an empty file', new Uint8Array(), /has 0 bytes, a safetensors file has at least 8/],
    ['a header length of 2^64 − 1', huge, /claims a header of 18,446,744,073,709,551,615 bytes/],
    ['a header length over the limit', overLimit, /100,000,001 bytes, the format allows 100,000,000/],
    ['a header longer than the file', fileOf('{}').with(0, 3), /header of 3 bytes but only 2 follow/],
    ['a header of length 0', new Uint8Array(8), /does not begin with "\{"/],
    ['a header that is an array', fileOf('[]'), /does not begin with "\{"/],
    ['a header that begins with a space', fileOf(' {}'), /does not begin with "\{"/],
    ['a header that is not JSON', fileOf('{"a":}'), /not valid UTF-8 JSON/],
    ['a header that is not UTF-8', fileOf('{"a":1}').with(10, 0xff), /not valid UTF-8 JSON/],
    ['a repeated name', fileOf('{"a":{},"a":{}}'), /key "a" occurs twice/],
    ['a deep header', fileOf(`{"a":${'['.repeat(100_000)}`), /nests deeper/],
    ['metadata that is not flat', fileOf({ __metadata__: { a: ['x'] } }), /must map strings to strings/],
    ['metadata that is an array', fileOf({ __metadata__: ['x'] }), /must map strings to strings/],
    ['a tensor without offsets', fileOf({ a: { dtype: 'F32', shape: [] } }), /tensor a: data_offsets/],
    ['a negative size', fileOf({ a: entry([-1], 0, 4) }, 4), /tensor a: shape\.0/],
    ['a fractional size', fileOf({ a: entry([0.5], 0, 2) }, 2), /tensor a: shape\.0/],
    ['offsets the wrong way round', fileOf({ a: entry([1], 4, 0) }, 4), /needs 4/],
    [
      'a shape that needs more bytes',
      fileOf({ 'conv1.weight': entry([20, 1, 5, 5], 0, 1996) }, 1996),
      /^lenet\.safetensors: tensor conv1\.weight says 1,996 bytes but its shape \[20, 1, 5, 5\] of F32 needs 2,000;/,
    ],
    ['a shape that overflows', fileOf({ a: entry([2 ** 32, 2 ** 32], 0, 0) }), /says 0 bytes .* needs [1-9]/],
    [
      'a range beyond the file',
      fileOf({ a: entry([2], 0, 8) }, 4),
      /ends at byte 8 of the values, the file has 4/,
    ],
    [
      'overlapping ranges',
      fileOf({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8),
      /tensor b begins at byte 4 of the values, expected 8: it overlaps tensor a/,
    ],
    [
      'a hole',
      fileOf({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12),
      /b begins .* leaves a hole after tensor a/,
    ],
    ['a hole at the start', fileOf({ a: entry([1], 4, 8) }, 8), /leaves a hole after the header/],
    ['bytes after the last tensor', fileOf({ a: entry([1], 0, 4) }, 6), /take 4 bytes, the file holds 6/],
    [
      'NaN',
      fileOf({ a: entry([2], 0, 8) }, new Uint8Array(8).fill(0xff, 4)),
      /tensor a holds NaN at index 1/,
    ],
    [
      'an infinite half',
      fileOf({ a: entry([1], 0, 2, 'F16') }, Uint8Array.of(0, 0xfc)),
      /-Infinity at index 0/,
    ],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, FILE)).toThrow(WeightFileError);
    expect(() => readSafetensors(bytes, FILE)).toThrow(message);
  });

  test('a message stays readable when a name is as long as the header', () => {
    const bytes = fileOf({ ['n'.repeat(1_000_000)]: 1 });
    expect(() => readSafetensors(bytes, FILE)).toThrow(/^.{1,700}$/s);
  });

  test('every truncation of a valid file', () => {
    for (const bytes of truncationsOf(small)) {
      expect(() => readSafetensors(bytes, FILE)).toThrow(WeightFileError);
    }
  });
});

describe('hostile bytes', () => {
  function check(bytes: Uint8Array): void {
    const file = parsedOrRefused(() => readSafetensors(bytes, FILE), WeightFileError);
    if (file === undefined) return;
    let valueBytes = 0;
    for (const { data, shape } of file.tensors.values()) {
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
      expect(data.every(Number.isFinite)).toBe(true);
      valueBytes += data.byteLength;
    }
    expect(valueBytes).toBeLessThanOrEqual(2 * bytes.length);
  }

  test('a damaged file is read consistently or refused as a WeightFileError', () => {
    fc.assert(fc.property(mutationsOf(small), check), { numRuns: 3000 });
  });

  test('so is any header of the right kind', () => {
    const size = fc.oneof(fc.nat(4), fc.constantFrom(2 ** 31, 2 ** 53 - 1, 1e300, -1, 0.5, null, '4'));
    const hostileEntry = fc.record(
      {
        dtype: fc.constantFrom('F32', 'F16', 'F64', 'I8', '', '__proto__', 7),
        shape: fc.oneof(fc.array(size), size),
        data_offsets: fc.array(size, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    const header = fc.dictionary(
      fc.constantFrom('a', 'b', '__metadata__', '__proto__'),
      fc.oneof(hostileEntry, fc.jsonValue()),
    );
    fc.assert(
      fc.property(header, fc.nat(32), (value, length) => {
        check(fileOf(value, length));
      }),
      { numRuns: 3000 },
    );
  });

  test('so are arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check));
  });
});

describe('refusing to write', () => {
  const one = { name: 'a', dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
  test.each([
    ['a repeated name', [one, one], /tensor a: the name is taken/],
    ['the name of the metadata', [{ ...one, name: '__metadata__' }], /the name is taken/],
    ['a wrong shape', [{ ...one, shape: [2, 3] }], /has 1 values but its shape \[2, 3\] needs 6/],
    ['NaN', [{ ...one, data: Float32Array.of(NaN) }], /holds NaN at index 0/],
    [
      'a half overflow',
      [{ ...one, dtype: 'F16' as const, data: Float32Array.of(7e4) }],
      /70000 .* F16 cannot/,
    ],
  ])('%s', (_, list, message) => {
    expect(() => writeSafetensors(list, {})).toThrow(WeightFileError);
    expect(() => writeSafetensors(list, {})).toThrow(message);
  });
});
