import { describe, expect, test } from 'vitest';
import { floatToHalf } from '../../src/formats/half.ts';
import { readOnnx } from '../../src/formats/onnx.ts';
import { numbers } from '../support/caffe-files.ts';
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
import { FILE, read, layer, convolution, weightedOf, zoo, torch } from './onnx-graphs.ts';

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
