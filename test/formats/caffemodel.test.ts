import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCaffemodel } from '../../src/formats/caffemodel.ts';
import { isWeighted } from '../../src/formats/weight-file.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { blob, caffeBytes, legacyBlob, numbers } from '../support/caffe-files.ts';
import { mutationsOf, parsedOrRefused, splicesOf, truncationsOf } from '../support/hostile-bytes.ts';

const FILE = 'net.caffemodel';
const CONVOLUTION = 4;
const INNER_PRODUCT = 14;
const RELU = 18;

/** LeNet as Caffe's MNIST example trains it, a tenth as wide. */
const lenet = {
  name: 'LeNet',
  layer: [
    { name: 'mnist', type: 'Data', top: ['data', 'label'] },
    { name: 'conv1', type: 'Convolution', blobs: [blob([2, 1, 5, 5], 1), blob([2], 2)] },
    { name: 'pool1', type: 'Pooling', bottom: ['conv1'], pooling_param: { kernel_size: [2], stride: [2] } },
    { name: 'conv2', type: 'Convolution', blobs: [blob([5, 2, 5, 5], 3), blob([5], 4)] },
    { name: 'pool2', type: 'Pooling', pooling_param: { kernel_size: [2], stride: [2] } },
    { name: 'ip1', type: 'InnerProduct', blobs: [blob([50, 80], 5), blob([50], 6)] },
    { name: 'relu1', type: 'ReLU' },
    { name: 'ip2', type: 'InnerProduct', blobs: [blob([10, 50], 7), blob([10], 8)] },
    { name: 'loss', type: 'SoftmaxWithLoss', loss_weight: [1] },
  ],
};

/** CaffeNet as the model zoo has it, with a few channels. */
const caffenet = {
  name: 'CaffeNet',
  layers: [
    { name: 'data', type: 5, top: ['data', 'label'] },
    ...(
      [
        ['conv1', [4, 3, 11, 11]],
        ['conv2', [6, 2, 5, 5]],
        ['conv3', [6, 6, 3, 3]],
        ['conv4', [6, 3, 3, 3]],
        ['conv5', [4, 3, 3, 3]],
        ['fc6', [1, 1, 8, 36]],
        ['fc7', [1, 1, 8, 8]],
        ['fc8', [1, 1, 10, 8]],
      ] as const
    ).flatMap(([name, shape], index) => [
      {
        name,
        type: name.startsWith('conv') ? CONVOLUTION : INNER_PRODUCT,
        blobs: [
          legacyBlob([...shape], index),
          legacyBlob([1, 1, 1, name.startsWith('conv') ? shape[0] : shape[2]], index + 100),
        ],
        blobs_lr: [1, 2],
        convolution_param: { num_output: shape[0], group: 2 },
      },
      { name: name.replace(/conv|fc/, 'relu'), type: RELU, bottom: [name], top: [name] },
    ]),
  ],
};

const shapesOf = (file: ReturnType<typeof readCaffemodel>) =>
  Object.fromEntries([...file.tensors].map(([name, { shape }]) => [name, shape]));

describe('reading a caffemodel', () => {
  test.each(['packed', 'unpacked'] as const)('reads LeNet in the new encoding, %s', (packing) => {
    const file = readCaffemodel(caffeBytes('NetParameter', lenet, packing), FILE);
    expect(file.format).toBe('caffemodel');
    expect(shapesOf(file)).toEqual({
      'conv1.weight': [2, 1, 5, 5],
      'conv1.bias': [2],
      'conv2.weight': [5, 2, 5, 5],
      'conv2.bias': [5],
      'ip1.weight': [50, 80],
      'ip1.bias': [50],
      'ip2.weight': [10, 50],
      'ip2.bias': [10],
    });
    expect(file.tensors.get('conv2.weight')!.data).toEqual(Float32Array.from(numbers(250, 3)));
    expect(file.tensors.get('ip2.bias')!.data).toEqual(Float32Array.from(numbers(10, 8)));
    expect(file.layers?.map(({ kind }) => kind).join(' ')).toBe(
      'convolution max-pool convolution max-pool dense relu dense',
    );
    expect(file.layers?.filter(isWeighted)).toEqual(
      ['conv1', 'conv2', 'ip1', 'ip2'].map((name) => ({
        name,
        kind: name.startsWith('conv') ? 'convolution' : 'dense',
        weight: `${name}.weight`,
        bias: `${name}.bias`,
        transposed: false,
      })),
    );
    expect(file.ignored).toEqual([]);
    for (const [name, tensor] of file.tensors) expect(tensor).toMatchObject({ name, dtype: 'F32' });
  });

  test.each(['packed', 'unpacked'] as const)('reads CaffeNet in the old encoding, %s', (packing) => {
    const file = readCaffemodel(caffeBytes('NetParameter', caffenet, packing), FILE);
    expect(shapesOf(file)).toMatchObject({
      'conv1.weight': [4, 3, 11, 11],
      'conv1.bias': [4],
      'conv2.weight': [6, 2, 5, 5],
      'fc6.weight': [8, 36],
      'fc6.bias': [8],
      'fc8.weight': [10, 8],
    });
    expect(file.layers?.filter(isWeighted).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'conv1 convolution',
      'conv2 convolution',
      'conv3 convolution',
      'conv4 convolution',
      'conv5 convolution',
      'fc6 dense',
      'fc7 dense',
      'fc8 dense',
    ]);
    expect(file.tensors.get('fc6.weight')!.data).toEqual(Float32Array.from(numbers(288, 5)));
  });

  test('reads both packings of one field one after the other, as protobuf allows', () => {
    const head = caffeBytes('BlobProto', { shape: { dim: [5] }, data: [1, 2] });
    const tail = caffeBytes('BlobProto', { data: [3, 4, 5] }, 'unpacked');
    const blobs = [blob([5, 1]), {}];
    const net = caffeBytes('NetParameter', { layer: [{ name: 'ip', type: 'InnerProduct', blobs }] });
    // The empty blob is the last thing in the file: 3a 00. Put the pieces in and mend the length of the layer.
    const bias = [...head, ...tail];
    const bytes = Uint8Array.from([...net.slice(0, -1), bias.length, ...bias]);
    bytes[2]! += bias.length;
    expect(readCaffemodel(bytes, FILE).tensors.get('ip.bias')).toEqual({
      name: 'ip.bias',
      dtype: 'F32',
      shape: [5],
      data: Float32Array.of(1, 2, 3, 4, 5),
    });
  });

  test('rounds doubles, leaves gradients out and keeps a layer without a bias', () => {
    const weight = { shape: { dim: [1, 2] }, double_data: [0.1, -0.2], diff: [NaN, NaN] };
    const net = { layer: [{ name: 'ip', type: 'InnerProduct', blobs: [weight] }] };
    const file = readCaffemodel(caffeBytes('NetParameter', net), FILE);
    expect(file.tensors.get('ip.weight')!.data).toEqual(Float32Array.of(0.1, -0.2));
    expect(file.layers).toEqual([{ name: 'ip', kind: 'dense', weight: 'ip.weight', transposed: false }]);
  });

  test('says when a dense weight is stored as [in, out]', () => {
    const layer = {
      name: 'ip',
      type: 'InnerProduct',
      blobs: [blob([3, 2])],
      inner_product_param: { transpose: true },
    };
    const file = readCaffemodel(caffeBytes('NetParameter', { layer: [layer] }), FILE);
    expect(file.layers?.[0]).toMatchObject({ transposed: true });
  });

  test('lists layers that no network here has, and reports those without the weights they need', () => {
    const layer = [
      { name: 'scale', type: 'Scale', blobs: [blob([3])] },
      { name: 'shared', type: 'Convolution' },
      { name: 'ip', type: 'InnerProduct', blobs: [blob([3, 2])] },
    ];
    const layers = [{ name: 'up', type: 39, blobs: [legacyBlob([1, 1, 2, 2])] }];
    const { ignored, layers: found } = readCaffemodel(caffeBytes('NetParameter', { layer, layers }), FILE);
    expect(ignored).toEqual([
      { name: 'shared', reason: 'a layer of type Convolution whose weights are not in the file' },
    ]);
    expect(found?.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'up other',
      'scale affine',
      'ip dense',
    ]);
  });

  test('lists what a layer of data does to pictures, which options say here', () => {
    const data = (transform: object) => ({
      name: 'data',
      type: 'Data',
      top: ['data', 'label'],
      transform_param: transform,
    });
    const reasonOf = (transform: object) =>
      readCaffemodel(
        caffeBytes('NetParameter', {
          layer: [data(transform), { name: 'ip', type: 'InnerProduct', blobs: [blob([3, 2])] }],
        }),
        FILE,
      ).ignored.map(({ name, reason }) => `${name}: ${String(reason)}`);
    const said = (options: string) => [`data: preprocessing is what options say: ${options}, as it has it`];
    expect(reasonOf({ scale: 0.0078125, mean_value: [104, 117, 123] })).toEqual(
      said('mean 104,117,123 scale 0.0078125'),
    );
    expect(reasonOf({ mean_file: 'mean.binaryproto', crop_size: 227 })).toEqual(
      said('mean mean.binaryproto'),
    );
    expect(reasonOf({ mirror: true, crop_size: 227 })).toEqual([]);
  });

  test('reads values at any alignment of the bytes', () => {
    const bytes = caffeBytes('NetParameter', lenet);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(readCaffemodel(shifted, FILE)).toEqual(readCaffemodel(bytes, FILE));
  });
});

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
