/** Caffemodels that are refused, and ones that are damaged on purpose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCaffemodel } from '../../src/formats/caffemodel.ts';
import { isWeighted } from '../../src/formats/weight-file.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { blob, caffeBytes, legacyBlob, numbers } from '../support/caffe-files.ts';
import { mutationsOf, parsedOrRefused, splicesOf, truncationsOf } from '../support/hostile-bytes.ts';
import { FILE, INNER_PRODUCT } from './caffe-networks.ts';

describe('refusing a caffemodel', () => {
  const dense = (...blobs: object[]) =>
    caffeBytes('NetParameter', { layer: [{ name: 'ip', type: 'InnerProduct', blobs }] });
  const weight = blob([3, 2]);
  const convolution = [0x0a, 1, 99, 0x12, 11, ...new TextEncoder().encode('Convolution')];
  const raggedValues = Uint8Array.of(0xa2, 6, 23, ...convolution, 0x3a, 5, 0x2a, 3, 0, 0, 0);
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['an empty file', new Uint8Array(), /^net\.caffemodel: holds no convolution or dense layer/],
    [
      'a network without weights',
      caffeBytes('NetParameter', { layer: [{ type: 'ReLU' }] }),
      /holds no convolution/,
    ],
    [
      'V0',
      caffeBytes('NetParameter', { layers: [{ layer: { name: 'c', type: 'conv' } }] }),
      /upgrade_net_proto_binary/,
    ],
    ['HDF5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a), /is an HDF5 file/],
    ['a prototxt', new TextEncoder().encode('name: "CaffeNet"'), /byte 0: field 13 has the wire type 6/],
    ['a web page', new TextEncoder().encode('<!DOCTYPE html>'), /byte 0: field 7 has the wire type 4/],
    ['a group', Uint8Array.of(0x0b, 0x0c), /byte 0: field 1 has the wire type 3/],
    ['field 0', Uint8Array.of(0x00, 0x00), /byte 0: a field has the number 0/],
    ['a length past the end', Uint8Array.of(0x0a, 0x05, 1), /byte 2: field 1 claims 5 bytes, 1 are left/],
    [
      'a length of 2^31 - 1',
      Uint8Array.of(0x0a, 255, 255, 255, 255, 7, 1),
      /claims 2,147,483,647 bytes, 1 are left/,
    ],
    ['a length over 2^31', Uint8Array.of(0x0a, 255, 255, 255, 255, 15, 1), /byte 1: invalid length/],
    [
      'a varint of 11 bytes',
      Uint8Array.of(0x20, ...new Uint8Array(10).fill(0x80), 1),
      /byte 1: invalid varint/,
    ],
    ['a varint cut short', Uint8Array.of(0x20, 0x80), /byte 1: index out of range/],
    ['a layer that is a number', Uint8Array.of(0x10, 1), /byte 1: field 2 has the wire type 0, expected 2/],
    ['a name that is not UTF-8', Uint8Array.of(0xa2, 6, 3, 0x0a, 1, 0xff), /byte 4: /],
    ['values of 3 bytes', raggedValues, /byte 23: field 5 has 3 bytes for values of 4 bytes each/],
    [
      'no blob data',
      dense({ shape: { dim: [3, 2] } }),
      /tensor ip\.weight holds 0 values but its shape \[3, 2\] needs 6/,
    ],
    [
      'too much data',
      dense({ ...weight, shape: { dim: [3, 1] } }),
      /holds 6 values but its shape \[3, 1\] needs 3/,
    ],
    [
      'a negative size',
      dense({ shape: { dim: [-3, -2] }, data: numbers(6) }),
      /\[-3, -2\], with a negative size/,
    ],
    [
      'a shape that overflows',
      dense({ shape: { dim: [2 ** 32, 2 ** 32] } }),
      /holds 0 values .* needs [1-9]/,
    ],
    ['a size past 2^53', dense({ shape: { dim: [2 ** 60] } }), /the number 1152921504606847000 is too large/],
    [
      'a long shape',
      dense({ shape: { dim: Array(33).fill(1) as number[] } }),
      /field 1 lists more than 32 numbers/,
    ],
    ['three blobs', dense(weight, blob([3]), blob([3])), /layer ip has 3 blobs/],
    ['a weight of one dimension', dense(blob([6])), /ip\.weight has the shape \[6\], expected 2 dimensions/],
    ['a weight of many images', dense(legacyBlob([2, 1, 3, 2])), /has the shape \[2, 1, 3, 2\], expected 2/],
    ['a bias of two dimensions', dense(weight, blob([3, 1])), /ip\.bias has the shape \[3, 1\], expected 1/],
    ['NaN', dense(weight, { shape: { dim: [2] }, data: [0, NaN] }), /ip\.bias holds NaN at index 1/],
    [
      'infinity',
      dense(weight, { shape: { dim: [1] }, double_data: [1e300] }),
      /ip\.bias holds Infinity at index 0/,
    ],
    [
      'two layers of one name',
      caffeBytes('NetParameter', {
        layer: [1, 2].map(() => ({ name: 'ip', type: 'InnerProduct', blobs: [weight] })),
      }),
      /two layers are called ip/,
    ],
    [
      'a layer without a name',
      caffeBytes('NetParameter', { layer: [{ type: 'InnerProduct', blobs: [weight] }] }),
      /no name/,
    ],
    [
      'very many layers',
      new Uint8Array(30_003).map((_, index) => [0xa2, 6, 0][index % 3]!),
      /more than 10,000 layers/,
    ],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    expect(() => readCaffemodel(bytes, FILE)).toThrow(WeightFileError);
    expect(() => readCaffemodel(bytes, FILE)).toThrow(message);
  });

  test('a message stays readable when a name is as long as the file', () => {
    const layer = [{ name: 'n'.repeat(1_000_000), type: 'InnerProduct', blobs: [{ shape: { dim: [3] } }] }];
    expect(() => readCaffemodel(caffeBytes('NetParameter', { layer }), FILE)).toThrow(/^.{1,700}$/s);
  });
});

describe('hostile bytes', () => {
  const thin = {
    name: 'thin',
    layer: [
      { name: 'conv', type: 'Convolution', blobs: [blob([2, 1, 2, 2]), blob([2])] },
      { name: 'relu', type: 'ReLU', bottom: ['conv'] },
      { name: 'ip', type: 'InnerProduct', blobs: [{ shape: { dim: [2, 2] }, double_data: [1, 2, 3, 4] }] },
    ],
    layers: [
      { name: 'fc', type: INNER_PRODUCT, blobs: [legacyBlob([1, 1, 3, 2]), legacyBlob([1, 1, 1, 3])] },
    ],
  };

  function check(bytes: Uint8Array): void {
    const start = performance.now();
    const file = parsedOrRefused(() => readCaffemodel(bytes, FILE), WeightFileError);
    expect(performance.now() - start).toBeLessThan(1000);
    if (file === undefined) return;
    let valueBytes = 0;
    for (const { data, shape } of file.tensors.values()) {
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
      expect(data.every(Number.isFinite)).toBe(true);
      valueBytes += data.byteLength;
    }
    expect(valueBytes).toBeLessThanOrEqual(bytes.length);
    for (const { weight, bias = weight } of (file.layers ?? []).filter(isWeighted)) {
      expect(file.tensors.has(weight) && file.tensors.has(bias)).toBe(true);
    }
  }

  describe.each(['packed', 'unpacked'] as const)('%s', (packing) => {
    const valid = caffeBytes('NetParameter', thin, packing);

    test('a damaged file is read consistently or refused as a WeightFileError', () => {
      fc.assert(fc.property(mutationsOf(valid), check), { numRuns: 3000 });
    });

    test('so is one with a length prefix or a piece of itself spliced in', () => {
      fc.assert(fc.property(splicesOf(valid), check), { numRuns: 3000 });
    });

    test('so is every truncation and every single flipped bit', () => {
      for (const bytes of truncationsOf(valid)) check(bytes);
      for (let bit = 0; bit < valid.length * 8; bit++) {
        const bytes = valid.slice();
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        check(bytes);
      }
    });
  });

  test('so are arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check));
  });
});
