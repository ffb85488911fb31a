import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagenetLabels } from '../../src/datasets/imagenet-labels.ts';
import { readWeights, weightFormat } from '../../src/formats/read-weights.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { caffeBytes } from '../support/caffe-files.ts';
import { onnxBytes } from '../support/onnx-files.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { architectures } from '../../src/model/architectures/index.ts';
import { importModel, type ImportOptions } from '../../src/weights/import-model.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { writeModel } from '../../src/model/model.ts';
import { preprocessingKeys, readPreprocessing, storePreprocessing } from '../../src/model/preprocessing.ts';
import { WeightShapeError } from '../../src/network/parameters.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { type Metadata, empty, preprocessed, colourOf, meanOf } from './empty-file.ts';

describe('a model file', () => {
  it('keeps a scale and a mean for each channel', () => {
    const architecture = architectures.get('caffenet')!(10);
    const said = {
      mean: '103.53,116.28,123.675',
      scale: '0.01742919,0.017507,0.01712475',
      image: '240',
      crop: '224',
    };
    const read = preprocessed('caffenet', said);
    const stored = storePreprocessing(read, architecture.input);
    expect(stored.tensor).toBeUndefined();
    expect(stored.metadata['scale']).toBe(said.scale);
    expect(readPreprocessing(undefined, stored.metadata, architecture, 'f')).toEqual(read);
  });

  it('round-trips through writeModel and readModel with whatever the user said', () => {
    const weights = initialWeights(lenet(3), 1);
    const tensors = new Map(
      [...weights].map(([name, tensor]) => [name, { name, dtype: 'F32' as const, ...tensor }]),
    );
    const options = {
      architecture: 'lenet',
      mean: meanOf([1, 32, 32]),
      scale: [0.01],
      labels: ['a', 'b,"', 'ç'],
    };
    const { model } = importModel(
      { ...empty, tensors, metadata: { note: 'kept', labels: '["x"]' } },
      'f',
      'm',
      options,
    );
    expect(model).toMatchObject({ name: 'm', labels: options.labels, card: { note: 'kept' } });
    expect(model.preprocessing).toMatchObject({ image: [1, 32, 32], crop: 28, scale: [0.01] });
    expect(readModel(writeModel(model), 'f', 'm')).toEqual({
      ...model,
      weights: expect.anything() as unknown,
    });
  });
});

const tensorsOf = (classes: number, arch = 'lenet') => {
  const weights = initialWeights(architectures.get(arch)!(classes), 1);
  return new Map([...weights].map(([name, tensor]) => [name, { name, dtype: 'F32' as const, ...tensor }]));
};

describe('labels', () => {
  const labelsOf = (classes: number, metadata: Metadata = {}, options: ImportOptions = {}) =>
    importModel(
      { ...empty, tensors: tensorsOf(classes), metadata: { arch: 'lenet', ...metadata } },
      'f',
      'm',
      options,
    ).model.labels;

  it('are digits, ImageNet’s, or numbered where nobody names them', () => {
    expect(labelsOf(10)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(labelsOf(1000)).toBe(imagenetLabels);
    expect(labelsOf(2)).toEqual(['class 0', 'class 1']);
  });

  it('are the user’s before the file’s', () => {
    expect(labelsOf(2, { labels: '["a","b"]' })).toEqual(['a', 'b']);
    expect(labelsOf(2, { labels: '["a","b"]' }, { labels: ['c', 'd'] })).toEqual(['c', 'd']);
  });

  it.each<[Metadata, ImportOptions, RegExp]>([
    [{ labels: '["a"]' }, {}, /^f: 1 labels for 2 classes$/],
    [{}, { labels: ['a', 'b', 'c'] }, /^f: 3 labels for 2 classes$/],
    [{}, { labels: ['a'], from: { labels: 'l.txt' } }, /^l\.txt: 1 labels for 2 classes$/],
    [{ labels: '["a"]' }, { from: { labels: 'l.txt' } }, /^f: 1 labels for 2 classes$/],
    [{ labels: '[1,2]' }, {}, /^f: the labels in the header are no list of strings$/],
    [{ labels: '{' }, {}, /^f: the labels in the header are no JSON/],
    [{ labels: '['.repeat(100_000) }, {}, /^f: the labels in the header are no JSON/],
  ])('%j with %j are refused', (metadata, options, message) => {
    expect(() => labelsOf(2, metadata, options)).toThrow(message);
  });
});

describe('the architecture', () => {
  it('must be said, and the message tells which would fit', () => {
    const file = { ...empty, tensors: tensorsOf(10) };
    expect(() => importModel(file, 'f', 'm')).toThrow(
      'f: the file names no architecture; pass architecture lenet|caffenet|alexnet|alexnet-torchvision; its tensors fit lenet',
    );
    expect(() => importModel(empty, 'f', 'm')).toThrow(/alexnet-torchvision$/);
    expect(() => importModel({ ...file, metadata: { arch: '__proto__' } }, 'f', 'm')).toThrow(
      /"__proto__", which is unknown/,
    );
  });

  it('of the user goes before that of the file', () => {
    const file = { ...empty, tensors: tensorsOf(10), metadata: { arch: 'caffenet' } };
    expect(importModel(file, 'f', 'm', { architecture: 'lenet' }).model.architecture.name).toBe('lenet');
    expect(() => importModel(file, 'f', 'm')).toThrow(/it fits architecture lenet: was that meant\?$/);
  });
});

it('a tensor called mean in a checkpoint is none of the preprocessing', () => {
  const tensors = new Map([...tensorsOf(10), ['mean', meanOf([3, 1, 1])] as const]);
  const file = { ...empty, format: 'pytorch', tensors } as const;
  expect(() => importModel(file, 'f', 'm', { architecture: 'lenet' })).toThrow(
    /no layer needs mean \[3, 1, 1\]/,
  );
  const { model, ignored } = importModel(file, 'f', 'm', { architecture: 'lenet', ignore: ['mean'] });
  expect(colourOf(model.preprocessing)).toEqual([0]);
  expect(ignored.map(({ name }) => name)).toEqual(['mean']);
});

it('any words in the header of the shipped LeNet are read or refused', async () => {
  const { model } = await loadModel('lenet-mnist');
  const file = readWeights(writeModel(model), 'lenet.safetensors');
  const keys = fc.constantFrom(...preprocessingKeys, 'labels', 'arch', '__proto__', 'toString');
  fc.assert(
    fc.property(fc.dictionary(keys, fc.oneof(fc.string(), fc.json()), { noNullPrototype: true }), (said) => {
      try {
        importModel({ ...file, metadata: { ...file.metadata, ...said } }, 'f', 'm');
      } catch (error) {
        const isOurs = error instanceof WeightFileError || error instanceof WeightShapeError;
        expect(isOurs, String(error)).toBe(true);
      }
    }),
  );
});

describe('the format', () => {
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  it.each([
    ['net.ONNX', '', 'onnx'],
    ['net.caffemodel', '', 'caffemodel'],
    ['net.bin', 'PK\x03\x04', 'pytorch'],
    ['net.pth.tar', '\x80\x02', 'pytorch'],
    ['net.pt', '', 'pytorch'],
    ['net', '\x10\0\0\0\0\0\0\0{', 'safetensors'],
    ['net', '\x80\x02\0\0\0\0\0\0{', 'safetensors'],
    ['net.safetensors', 'PK\0\0\0\0\0\0{', 'safetensors'],
    ['net.safetensors', '', 'safetensors'],
  ])('of %s that begins with %j is %s', (name, content, format) => {
    expect(weightFormat(bytes(content), name)).toBe(format);
  });

  it('of a network without an ending is told by its fields', () => {
    const layer = [{ name: 'ip', type: 'InnerProduct' }];
    const layers = [{ name: 'ip', type: 14 }];
    for (const net of [{ name: 'net', layer }, { layer }, { name: 'net', layers }, { layers }])
      expect(weightFormat(caffeBytes('NetParameter', net), 'lenet_iter_10000')).toBe('caffemodel');
    expect(weightFormat(onnxBytes({ name: 'graph' }), 'model')).toBe('onnx');
    // iter 10,000, learned_net, history.
    const state = [0x08, 0x90, 0x4e, 0x12, 1, 0x61, 0x1a, 0];
    expect(() => weightFormat(Uint8Array.from(state), 'lenet_iter_10000')).toThrow(/state of Caffe's solver/);
  });

  it('of anything else is refused with the endings that are known', () => {
    expect(() => weightFormat(bytes('hello'), 'net.h5')).toThrow(
      'net.h5 is of no known kind of weight file; the name should end with .safetensors, .caffemodel, .onnx, .pth, .pt',
    );
  });
});
