/** ONNX files that are refused, and ones that are damaged on purpose. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../src/formats/onnx.ts';
import { isWeighted } from '../../src/formats/weight-file.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { numbers } from '../support/caffe-files.ts';
import { mutationsOf, parsedOrRefused, splicesOf, truncationsOf } from '../support/hostile-bytes.ts';
import {
  float,
  int,
  ints,
  node,
  onnxBytes,
  rawTensor,
  TYPE,
  unpackedOnnxBytes,
} from '../support/onnx-files.ts';
import { FILE, layer, convolution, weightedOf } from './onnx-graphs.ts';

describe('refusing', () => {
  const w = rawTensor('w', [3, 2]);
  const b = rawTensor('b', [3]);
  const withNodes = (...nodes: object[]) => ({ initializer: [w, b, rawTensor('k', [2, 1, 3])], node: nodes });
  const withTensor = (tensor: object) => ({
    initializer: [{ name: 'w', dims: [3, 2], dataType: TYPE.float, ...tensor }],
  });
  const external = { dataLocation: 1, externalData: [{ key: 'location', value: 'net.onnx.data' }] };
  const cases: [what: string, graph: object, message: RegExp][] = [
    ['a model without weights', {}, /^net\.onnx: holds no floating-point tensor/],
    [
      'weights in another file',
      withTensor(external),
      /tensor w keeps its values in another file \(net\.onnx\.data\)/,
    ],
    ['a segment', withTensor({ ...w, segment: { begin: 0, end: 6 } }), /tensor w is one segment of several/],
    ['a tensor without a name', withTensor({ ...w, name: '' }), /a tensor has no name/],
    ['two tensors of one name', { initializer: [w, w] }, /two tensors are called w/],
    [
      'too few raw bytes',
      withTensor({ rawData: new Uint8Array(23) }),
      /w holds 23 bytes but its shape \[3, 2\] of F32 needs 24/,
    ],
    ['too few values', withTensor({ floatData: [1, 2] }), /w holds 2 values but its shape \[3, 2\] needs 6/],
    ['values of another type', withTensor({ doubleData: numbers(6) }), /holds 0 values .* needs 6/],
    ['no halves', withTensor({ dataType: TYPE.float16 }), /holds 0 values .* needs 6/],
    [
      'a half of 17 bits',
      withTensor({ dims: [1], dataType: TYPE.float16, int32Data: [0x10000] }),
      /holds 65,536 where the 16 bits of a F16/,
    ],
    ['a negative half', withTensor({ dims: [1], dataType: TYPE.float16, int32Data: [-1] }), /holds -1 where/],
    [
      'an infinite half',
      withTensor({ dims: [1], dataType: TYPE.float16, int32Data: [0x7c00] }),
      /w holds Infinity at index 0/,
    ],
    [
      'a name of terminal codes',
      withTensor({ name: '\x1b[2J', floatData: [1, 2] }),
      /tensor \?\[2J holds 2 values/,
    ],
    ['NaN', withTensor({ floatData: [0, 0, 0, 0, NaN, 0] }), /tensor w holds NaN at index 4/],
    [
      'a negative size',
      withTensor({ dims: [-3, -2], floatData: numbers(6) }),
      /\[-3, -2\], with a negative size/,
    ],
    ['a shape that overflows', withTensor({ dims: [2 ** 40, 2 ** 40] }), /holds 0 values .* needs [1-9]/],
    ['a long shape', withTensor({ dims: Array(40).fill(1) }), /field 1 lists more than 32 numbers/],
    [
      'alpha',
      withNodes(node('Gemm', ['x', 'w'], 'y', [float('alpha', 2)])),
      /node y \(Gemm\) scales by alpha = 2, expected 1/,
    ],
    [
      'beta',
      withNodes(node('Gemm', ['x', 'w', 'b'], 'y', [float('beta', 0.5)], 'fc')),
      /node fc \(Gemm\) scales by beta = 0\.5/,
    ],
    ['transA', withNodes(node('Gemm', ['x', 'w'], 'y', [int('transA', 1)])), /\(Gemm\) transposes its input/],
    [
      'a computed weight',
      withNodes(node('Conv', ['x', 'v'], 'y')),
      /\(Conv\) has the weight "v", which is no floating-point tensor/,
    ],
    [
      'a layer without a weight',
      withNodes(node('Conv', ['x'], 'y')),
      /\(Conv\) has the weight "", which is no/,
    ],
    [
      'a convolution along a line',
      withNodes(node('Conv', ['x', 'k'], 'y')),
      /has the weight k of shape \[2, 1, 3\], expected 4/,
    ],
    [
      'a computed bias',
      withNodes(node('Gemm', ['x', 'w', 'v'], 'y')),
      /has the bias "v", which is no floating-point tensor/,
    ],
    [
      'a bias of two dimensions',
      withNodes(node('Gemm', ['x', 'w', 'w'], 'y')),
      /has the bias "w", which has the shape \[3, 2\]/,
    ],
    [
      'a bias for each image',
      { initializer: [w, { ...b, dims: [3, 1] }], node: [node('Gemm', ['x', 'w', 'b'], 'y')] },
      /has the bias "b", which has the shape \[3, 1\]/,
    ],
    [
      'an attribute that comes twice',
      withNodes(node('Gemm', ['x', 'w'], 'y', [int('transB', 1), int('transB', 0)], 'fc')),
      /node fc has the attribute transB twice/,
    ],
    ['very many nodes', { node: Array(100_001).fill({}) }, /more than 100,000 nodes and tensors/],
  ];
  test.each(cases)('%s', (_, graph, message) => {
    const bytes = onnxBytes(graph);
    expect(() => readOnnx(bytes, FILE)).toThrow(WeightFileError);
    expect(() => readOnnx(bytes, FILE)).toThrow(message);
  });

  test('files of other kinds', () => {
    const text = (content: string) => new TextEncoder().encode(content);
    expect(() => readOnnx(new Uint8Array(), FILE)).toThrow(/is it an ONNX file/);
    expect(() => readOnnx(text('<!DOCTYPE html>'), FILE)).toThrow(/byte 0: field 7 has the wire type 4/);
    expect(() => readOnnx(text('version https://git-lfs.github.com/spec/v1'), FILE)).toThrow(WeightFileError);
    expect(() => readOnnx(Uint8Array.of(0x80, 0x02, 0x8a, 0x0a), FILE)).toThrow(WeightFileError);
  });
});

describe('hostile bytes', () => {
  const thin = {
    initializer: [
      rawTensor('conv.weight', [2, 1, 2, 2]),
      { name: 'conv.bias', dims: [2], dataType: TYPE.float16, rawData: Uint8Array.of(0, 0x3c, 0, 0xc0) },
      { name: 'fc.weight', dims: [2, 3], dataType: TYPE.double, doubleData: numbers(6) },
      { name: 'h', dims: [3], dataType: TYPE.float16, int32Data: [0x3c00, 0xc000, 0x3800] },
      { name: 'shape', dims: [2], dataType: TYPE.int64, int64Data: [1, -1] },
    ],
    node: [
      node('Conv', ['x', 'conv.weight', 'conv.bias'], 'a', [int('group', 1)], 'conv'),
      node('Constant', [], 'fc.bias', [{ name: 'value_floats', type: 6, floats: [1, 2] }]),
      node('Transpose', ['fc.weight'], 't', [ints('perm', [1, 0])]),
      node('MatMul', ['a', 't'], 'b'),
      node('Add', ['b', 'fc.bias'], 'c'),
      node('Gemm', ['c', 'fc.weight'], 'd', [int('transB', 1), float('alpha', 1)]),
    ],
  };
  const valid = onnxBytes(thin);

  function check(bytes: Uint8Array): void {
    const start = performance.now();
    const file = parsedOrRefused(() => readOnnx(bytes, FILE), WeightFileError);
    expect(performance.now() - start).toBeLessThan(1000);
    if (file === undefined) return;
    let valueBytes = 0;
    for (const { data, shape } of file.tensors.values()) {
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
      expect(data.every(Number.isFinite)).toBe(true);
      valueBytes += data.byteLength;
    }
    expect(valueBytes).toBeLessThanOrEqual(2 * bytes.length);
    for (const { weight, bias = weight } of (file.layers ?? []).filter(isWeighted)) {
      expect(file.tensors.has(weight) && file.tensors.has(bias)).toBe(true);
    }
  }

  test('the undamaged file is read', () => {
    check(valid);
    expect(weightedOf(readOnnx(valid, FILE))).toEqual([
      convolution('conv', 'conv.weight', 'conv.bias'),
      layer('fc.weight', 'fc.weight', 'fc.bias'),
      layer('fc.weight', 'fc.weight'),
    ]);
  });

  test('a damaged file is read consistently or refused as a WeightFileError', () => {
    fc.assert(fc.property(mutationsOf(valid), check), { numRuns: 5000 });
  });

  test('so is one with a length prefix or a piece of itself spliced in', () => {
    fc.assert(fc.property(splicesOf(valid), check), { numRuns: 5000 });
  });

  test('so is every truncation and every single flipped bit', () => {
    for (const bytes of truncationsOf(valid)) check(bytes);
    for (let bit = 0; bit < valid.length * 8; bit++) {
      const bytes = valid.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      check(bytes);
    }
  });

  test('so are numbers that are written one by one', () => {
    const bytes = unpackedOnnxBytes([
      { name: 'w', dims: [2, 2], data_type: TYPE.float, float_data: numbers(4) },
      { name: 'b', dims: [2], data_type: TYPE.bfloat16, int32_data: [0x3f80, 0xbf80] },
    ]);
    fc.assert(fc.property(fc.oneof(mutationsOf(bytes), splicesOf(bytes)), check), { numRuns: 2000 });
  });

  test('so are arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check));
  });
});
