import { describe, expect, test } from 'vitest';
import { readCaffemodel } from '../../src/formats/caffemodel.ts';
import { isWeighted } from '../../src/formats/weight-file.ts';
import { blob, caffeBytes, legacyBlob, numbers } from '../support/caffe-files.ts';
import { FILE, lenet, caffenet, shapesOf } from './caffe-networks.ts';

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
