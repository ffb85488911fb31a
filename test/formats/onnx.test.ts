import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatToHalf } from '../../src/formats/half.ts';
import { readOnnx } from '../../src/formats/onnx.ts';
import { isWeighted, type WeightFile } from '../../src/formats/weight-file.ts';
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

const FILE = 'net.onnx';
const read = (graph: object) => readOnnx(onnxBytes(graph), FILE);

const layer = (name: string, weight: string, bias?: string, transposed = false, kind = 'dense') => ({
  name,
  kind,
  weight,
  ...(bias !== undefined && { bias }),
  transposed,
});
const convolution = (name: string, weight: string, bias: string) =>
  layer(name, weight, bias, false, 'convolution');
/** Layers with weights; where a convolution lays its kernel is asserted elsewhere. */
const weightedOf = (file: WeightFile) =>
  file.layers?.filter(isWeighted).map((each) => {
    const { window, ...rest } = each;
    expect(window === undefined).toBe(each.kind === 'dense');
    return rest;
  });

/** The model zoo's AlexNet as Caffe2 exported it, with few channels: nodes without names, a Reshape before fc6. */
const zoo = (() => {
  const convolutions: [string, number[]][] = [
    ['conv1', [4, 3, 11, 11]],
    ['conv2', [6, 2, 5, 5]],
    ['conv3', [6, 6, 3, 3]],
    ['conv4', [6, 3, 3, 3]],
    ['conv5', [4, 3, 3, 3]],
  ];
  const dense: [string, number[]][] = [
    ['fc6', [8, 36]],
    ['fc7', [8, 8]],
    ['fc8', [10, 8]],
  ];
  const parameters = [...convolutions, ...dense].flatMap(([name, shape], index) => [
    rawTensor(`${name}_w_0`, shape, index),
    rawTensor(`${name}_b_0`, [shape[0]!], index + 50),
  ]);
  const shape = { name: 'OC2_DUMMY_1', dims: [2], dataType: TYPE.int64, int64Data: [1, 36] };
  const chain = [...convolutions, ...dense].map(([name]) => name);
  return {
    name: 'bvlc_alexnet',
    initializer: [...parameters, shape],
    input: [{ name: 'data_0' }, ...parameters.map(({ name }) => ({ name })), { name: 'OC2_DUMMY_1' }],
    output: [{ name: 'prob_1' }],
    node: [
      ...chain.flatMap((name, index) => {
        const previous =
          index === 0 ? 'data_0' : name === 'fc6' ? 'OC2_DUMMY_0' : `relu_${String(index - 1)}`;
        const inputs = [previous, `${name}_w_0`, `${name}_b_0`];
        return [
          ...(name === 'fc6' ? [node('Reshape', ['relu_4', 'OC2_DUMMY_1'], 'OC2_DUMMY_0')] : []),
          name.startsWith('conv')
            ? node('Conv', inputs, `${name}_1`, [int('group', 2), ints('kernel_shape', [3, 3])])
            : node('Gemm', inputs, `${name}_1`, [int('transB', 1), int('broadcast', 1), float('alpha', 1)]),
          node('Relu', [`${name}_1`], `relu_${String(index)}`),
        ];
      }),
      node('Softmax', ['relu_7'], 'prob_1', [int('axis', 1)]),
    ],
  };
})();

/** torchvision's AlexNet cut short, as torch.onnx.export writes it: named nodes, a Constant, weights by their path. */
const torch = {
  name: 'main_graph',
  initializer: [
    rawTensor('features.0.weight', [4, 3, 11, 11], 1),
    rawTensor('features.0.bias', [4], 2),
    rawTensor('onnx::Conv_17', [6, 4, 3, 3], 3),
    rawTensor('onnx::Conv_18', [6], 4),
    rawTensor('learned_0', [8, 6], 5),
    rawTensor('learned_1', [8], 6),
  ],
  node: [
    node('Conv', ['input', 'features.0.weight', 'features.0.bias'], 'a', [], '/features/features.0/Conv'),
    node('Relu', ['a'], 'b', [], '/features/features.1/Relu'),
    node('Conv', ['b', 'onnx::Conv_17', 'onnx::Conv_18'], 'c', [], '/features/features.3/Conv'),
    node('Constant', [], '/Constant_output_0', [
      { name: 'value', type: 4, t: { dims: [1], dataType: TYPE.int64, rawData: new Uint8Array(8) } },
    ]),
    node('Reshape', ['c', '/Constant_output_0'], 'd'),
    node('Gemm', ['d', 'learned_0', 'learned_1'], 'e', [
      float('alpha', 1),
      float('beta', 1),
      int('transB', 1),
    ]),
  ],
};

describe('finding the layers', () => {
  test('of the model zoo’s AlexNet, whose layers go by the names of their weights', () => {
    const file = read(zoo);
    expect(file.format).toBe('onnx');
    expect(file.layers?.map(({ kind }) => kind).join(' ')).toBe(
      `${'convolution relu '.repeat(5)}${'dense relu '.repeat(3)}answer`,
    );
    expect(weightedOf(file)).toEqual(
      ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'].map((name) =>
        name.startsWith('conv')
          ? convolution(`${name}_w_0`, `${name}_w_0`, `${name}_b_0`)
          : layer(`${name}_w_0`, `${name}_w_0`, `${name}_b_0`),
      ),
    );
    expect([...file.tensors.keys()]).toHaveLength(16);
    expect(file.tensors.get('conv2_w_0')).toEqual({
      name: 'conv2_w_0',
      dtype: 'F32',
      shape: [6, 2, 5, 5],
      data: Float32Array.from(numbers(300, 1)),
    });
    expect(file.ignored).toEqual([
      { name: 'OC2_DUMMY_1', reason: 'a tensor of type INT64, weights are floating-point' },
    ]);
  });

  test('of an export by torch, whose layers go by the names of their nodes', () => {
    const file = read(torch);
    expect(weightedOf(file)).toEqual([
      convolution('/features/features.0/Conv', 'features.0.weight', 'features.0.bias'),
      convolution('/features/features.3/Conv', 'onnx::Conv_17', 'onnx::Conv_18'),
      layer('learned_0', 'learned_0', 'learned_1'),
    ]);
    expect(file.ignored.map(({ name }) => name)).toEqual(['/Constant_output_0']);
  });

  const weight = rawTensor('w', [3, 2]);
  const bias = rawTensor('b', [3]);
  const initializer = [weight, bias];
  const layersOf = (...nodes: object[]) => read({ initializer, node: nodes }).layers;

  test('Gemm without transB stores [in, out]', () => {
    expect(layersOf(node('Gemm', ['x', 'w'], 'y'))).toEqual([layer('w', 'w', undefined, true)]);
  });

  test('beta without a bias changes nothing', () => {
    expect(layersOf(node('Gemm', ['x', 'w', ''], 'y', [float('beta', 0)]))).toHaveLength(1);
  });

  test('the bias of a Gemm may be one row', () => {
    const row = { ...bias, dims: [1, 3] };
    const file = read({
      initializer: [weight, row],
      node: [node('Gemm', ['x', 'w', 'b'], 'y', [int('transB', 1)])],
    });
    expect(file.layers).toEqual([layer('w', 'w', 'b')]);
  });

  test('MatMul stores [in, out], and an Add gives it a bias from either side', () => {
    for (const inputs of [
      ['b', 'y'],
      ['y', 'b'],
    ]) {
      const layers = layersOf(node('MatMul', ['x', 'w'], 'y'), node('Add', inputs, 'z'));
      expect(layers).toEqual([layer('w', 'w', 'b', true)]);
    }
  });

  test('sees through Identity and Transpose of weights', () => {
    const layers = layersOf(
      node('Identity', ['w'], 'same'),
      node('Transpose', ['same'], 'turned', [ints('perm', [1, 0])]),
      node('Transpose', ['turned'], 'back'),
      node('Identity', ['b'], 'c'),
      node('MatMul', ['x', 'turned'], 'y'),
      node('MatMul', ['y', 'back'], 'z'),
      node('Gemm', ['z', 'turned', 'c'], 'v', [int('transB', 1)]),
    );
    expect(layers).toEqual([layer('w', 'w'), layer('w', 'w', undefined, true), layer('w', 'w', 'b', true)]);
  });

  test('takes weights and biases from Constant nodes', () => {
    const file = read({
      node: [
        node('Constant', [], 'w', [{ name: 'value', type: 4, t: { ...weight, name: 'inner' } }]),
        node('Constant', [], 'b', [{ name: 'value_floats', type: 6, floats: [1, 2, 3] }]),
        node('Constant', [], 's', [float('value_float', 0.5)]),
        node('Constant', [], 'i', [int('value_int', 2)]),
        node('Gemm', ['x', 'w', 'b'], 'y', [int('transB', 1)]),
      ],
    });
    expect(file.layers).toEqual([layer('w', 'w', 'b')]);
    expect(file.tensors.get('b')).toEqual({
      name: 'b',
      dtype: 'F32',
      shape: [3],
      data: Float32Array.of(1, 2, 3),
    });
    expect(file.tensors.get('s')).toMatchObject({ shape: [], data: Float32Array.of(0.5) });
    expect(file.ignored).toEqual([{ name: 'i', reason: 'a constant that is not floating-point' }]);
  });

  test('lists nodes that no network here has, and reports what makes something else of weights', () => {
    const file = read({
      initializer,
      node: [
        node('Exp', ['w'], 'powers', [], 'exp'),
        node('BatchNormalization', ['x', 'b', 'b', 'b', 'b'], 'y', [], 'norm'),
        node('MatMul', ['w', 'y'], 'turned about'),
        node('Add', ['turned about', 'b'], 'shifted'),
        { ...node('Conv', ['shifted', 'w'], 'other'), domain: 'com.example' },
        node('MatMul', ['x', 'other'], 'attention'),
      ],
    });
    expect(file.layers?.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'norm: affine',
      'turned about: other',
      'shifted: other',
      'other: other',
      'attention: other',
    ]);
    expect(file.ignored).toEqual([
      { name: 'exp', reason: 'Exp uses w otherwise than as the weight of a layer' },
    ]);
  });
});

describe('reading element types', () => {
  const values = [1, -2, 0.5, 0, 1.5, -0.25];
  const halves = values.map(floatToHalf);
  const brains = values.map((value) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16);
  const raw = (array: ArrayBufferView) => ({
    rawData: new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength),
  });
  const cases: [what: string, dataType: number, content: object, snakeCase: object | undefined][] = [
    ['FLOAT as raw bytes', TYPE.float, raw(Float32Array.from(values)), undefined],
    ['FLOAT', TYPE.float, { floatData: values }, { float_data: values }],
    ['DOUBLE as raw bytes', TYPE.double, raw(Float64Array.from(values)), undefined],
    ['DOUBLE', TYPE.double, { doubleData: values }, { double_data: values }],
    ['FLOAT16 as raw bytes', TYPE.float16, raw(Uint16Array.from(halves)), undefined],
    ['FLOAT16', TYPE.float16, { int32Data: halves }, { int32_data: halves }],
    ['BFLOAT16 as raw bytes', TYPE.bfloat16, raw(Uint16Array.from(brains)), undefined],
    ['BFLOAT16', TYPE.bfloat16, { int32Data: brains }, { int32_data: brains }],
  ];
  test.each(cases)('%s', (_, dataType, content, snakeCase) => {
    const expected = {
      name: 'w',
      dtype: dataType === TYPE.float16 ? 'F16' : 'F32',
      shape: [2, 3],
      data: Float32Array.from(values),
    };
    const packed = onnxBytes({ initializer: [{ name: 'w', dims: [2, 3], dataType, ...content }] });
    expect(readOnnx(packed, FILE).tensors.get('w')).toEqual(expected);
    if (snakeCase === undefined) return;
    const unpacked = unpackedOnnxBytes([{ name: 'w', dims: [2, 3], data_type: dataType, ...snakeCase }]);
    expect(readOnnx(unpacked, FILE).tensors.get('w')).toEqual(expected);
  });

  test('a scalar has no dimensions', () => {
    const initializer = [{ name: 's', dataType: TYPE.float, floatData: [7] }];
    expect(read({ initializer }).tensors.get('s')).toMatchObject({ shape: [], data: Float32Array.of(7) });
  });

  test('integers and sparse tensors are reported', () => {
    const file = read({
      initializer: [
        rawTensor('w', [1]),
        { name: 'q', dims: [1], dataType: TYPE.int8, int32Data: [1] },
        { name: 'new', dataType: 99 },
      ],
      sparseInitializer: [{ values: rawTensor('holes', [1]), dims: [9] }],
    });
    expect([...file.tensors.keys()]).toEqual(['w']);
    expect(file.ignored).toEqual([
      { name: 'q', reason: 'a tensor of type INT8, weights are floating-point' },
      { name: 'new', reason: 'a tensor of type number 99, weights are floating-point' },
      { name: 'holes', reason: 'a sparse tensor, weights are dense' },
    ]);
  });

  test('the graph may come in two pieces, which protobuf puts together', () => {
    const nodes = onnxBytes({ node: [node('MatMul', ['x', 'w'], 'y')] });
    const weights = unpackedOnnxBytes([{ name: 'w', dims: [1, 1], data_type: 1, float_data: [3] }]);
    const file = readOnnx(Uint8Array.from([...nodes, ...weights]), FILE);
    expect(file.layers).toEqual([layer('w', 'w', undefined, true)]);
  });

  test('reads values at any alignment of the bytes', () => {
    const bytes = onnxBytes(torch);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(readOnnx(shifted, FILE)).toEqual(readOnnx(bytes, FILE));
  });
});

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
