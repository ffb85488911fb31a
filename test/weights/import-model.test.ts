import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagenetLabels } from '../../src/datasets/imagenet-labels.ts';
import { readMeanImage } from '../../src/formats/mean-image.ts';
import type { WeightFileWithMetadata } from '../../src/formats/read-weights.ts';
import { readWeights, weightFormat } from '../../src/formats/read-weights.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { caffeBytes } from '../support/caffe-files.ts';
import { onnxBytes } from '../support/onnx-files.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { architectures } from '../../src/model/architectures/index.ts';
import { importModel, importPreprocessing, type ImportOptions } from '../../src/weights/import-model.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { writeModel } from '../../src/model/model.ts';
import { preprocessingKeys, readPreprocessing, storePreprocessing } from '../../src/model/preprocessing.ts';
import { WeightShapeError } from '../../src/network/parameters.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { binaryproto } from '../support/lenet-files.ts';

type Metadata = Readonly<Record<string, string>>;
const empty: WeightFileWithMetadata = {
  format: 'safetensors',
  tensors: new Map(),
  ignored: [],
  metadata: {},
};

/** What the import makes of preprocessing alone; the weights do not matter to it. */
function preprocessed(arch: string, metadata: Metadata = {}, options: ImportOptions = {}, mean?: Tensor) {
  const tensors = new Map(mean ? [['mean', mean]] : []);
  return importPreprocessing({ ...empty, metadata, tensors }, 'f', architectures.get(arch)!(10), options);
}
/** The first value of each channel's mean. */
const colourOf = ({ mean, image }: { mean: Float32Array; image: readonly number[] }) =>
  Array.from({ length: image[0]! }, (_, channel) => mean[(channel * mean.length) / image[0]!]);
const meanOf = (shape: number[]): Tensor => {
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, index) => (index % 509) / 2,
  );
  return { name: 'mean', shape, dtype: 'F32', data };
};

describe('preprocessing', () => {
  it('is what is usual where nobody says otherwise', () => {
    const caffe = preprocessed('caffenet');
    expect(caffe).toMatchObject({ image: [3, 256, 256], crop: 227, scale: [1, 1, 1], channelOrder: 'bgr' });
    expect(colourOf(caffe)).toEqual([104, 117, 123]);
    const torch = preprocessed('alexnet-torchvision');
    expect(torch).toMatchObject({ image: [3, 256, 256], crop: 224, channelOrder: 'rgb' });
    // torchvision: (x / 255 − mean) / deviation.
    for (const [channel, [mean, deviation]] of [
      [0.485, 0.229],
      [0.456, 0.224],
      [0.406, 0.225],
    ].entries()) {
      const mapped = (200 - colourOf(torch)[channel]!) * torch.scale[channel]!;
      expect(mapped).toBeCloseTo((200 / 255 - mean!) / deviation!, 6);
    }
    expect(preprocessed('lenet')).toMatchObject({
      image: [1, 28, 28],
      crop: 28,
      scale: [1 / 256],
      channelOrder: 'gray',
    });
  });

  const metadata = { mean: '1,2,3', scale: '0.5', channels: 'rgb', image: '240', crop: '200' };

  it('is what the file says before what is usual', () => {
    const read = preprocessed('caffenet', metadata);
    expect(read).toMatchObject({
      image: [3, 240, 240],
      crop: 200,
      scale: [0.5, 0.5, 0.5],
      channelOrder: 'rgb',
    });
    expect(colourOf(read)).toEqual([1, 2, 3]);
  });

  it('is what the user says before what the file says', () => {
    const options = { mean: [7, 8, 9], scale: [2, 3, 4], channelOrder: 'bgr', imageSide: 250 } as const;
    const read = preprocessed('caffenet', metadata, options, meanOf([3, 240, 240]));
    expect(read).toMatchObject({ image: [3, 250, 250], crop: 200, scale: [2, 3, 4], channelOrder: 'bgr' });
    expect(colourOf(read)).toEqual([7, 8, 9]);
  });

  it('turns the usual mean and scale where the channels are in another order than usual', () => {
    const torch = preprocessed('alexnet-torchvision');
    const turned = preprocessed('alexnet-torchvision', {}, { channelOrder: 'bgr' });
    expect(colourOf(turned)).toEqual(colourOf(torch).reverse());
    expect(turned.scale).toEqual([...torch.scale].reverse());
    expect(colourOf(preprocessed('caffenet', { channels: 'rgb' }))).toEqual([123, 117, 104]);
    expect(colourOf(preprocessed('caffenet', { channels: 'rgb' }, { channelOrder: 'bgr' }))).toEqual([
      104, 117, 123,
    ]);
  });

  it('leaves numbers of the user and of the file in their order', () => {
    expect(colourOf(preprocessed('caffenet', {}, { channelOrder: 'rgb', mean: [1, 2, 3] }))).toEqual([
      1, 2, 3,
    ]);
    expect(colourOf(preprocessed('caffenet', { mean: '1,2,3' }, { channelOrder: 'rgb' }))).toEqual([1, 2, 3]);
  });

  it.each([
    ['lenet', [1, 28, 28]],
    ['caffenet', [3, 256, 256]],
    ['caffenet', [3, 240, 240]],
  ])('takes a mean image for %s of %j, whose side is then that of the images', (arch, shape) => {
    const { data } = meanOf(shape);
    const mean = readMeanImage(binaryproto(shape, data), 'mean.binaryproto');
    const read = preprocessed(arch, {}, { mean });
    expect(read.image).toEqual(shape);
    expect(read.mean).toEqual(data);
    const { metadata, tensor } = storePreprocessing(read, [3, 227, 227]);
    expect(readPreprocessing(tensor, metadata, architectures.get(arch)!(10), 'f')).toEqual(read);
  });

  it('takes a mean image of one pixel for a colour', () => {
    const mean = { shape: [3, 1, 1], data: Float32Array.of(10.25, 20, 30) };
    const read = preprocessed('caffenet', {}, { mean });
    expect(read).toEqual(preprocessed('caffenet', {}, { mean: [10.25, 20, 30] }));
    expect(read.image).toEqual([3, 256, 256]);
  });

  it('sees images whole that are smaller than the crop the file speaks of', () => {
    expect(preprocessed('caffenet', { image: '256', crop: '227' }, { imageSide: 200 })).toMatchObject({
      image: [3, 200, 200],
      crop: 200,
    });
  });

  it.each<[string, Metadata, ImportOptions, RegExp]>([
    ['caffenet', { mean: '1,2' }, {}, /^f: the mean has 2 values, expected 1 or 3, one per channel$/],
    ['caffenet', {}, { scale: [1, 2] }, /^f: the scale has 2 values, expected 1 or 3/],
    ['caffenet', { mean: '1,,2' }, {}, /^f: the mean is "1,,2", expected numbers/],
    ['caffenet', { scale: '1e39' }, {}, /^f: the scale is "1e39", expected numbers/],
    ['caffenet', { mean: 'NaN' }, {}, /^f: the mean is "NaN"/],
    ['caffenet', { scale: '1,0,1' }, {}, /^f: the scale is 0/],
    ['caffenet', { image: '0' }, {}, /^f: the side "image" is 0, expected a whole number from 1 to 4096$/],
    ['caffenet', { image: '256,256' }, {}, /^f: the side "image" is 256,256/],
    ['caffenet', { image: '5000' }, {}, /4096/],
    [
      'caffenet',
      { image: '100', crop: '200' },
      {},
      /^f: the side "crop" is 200, expected a whole number from 1 to 100$/,
    ],
    ['caffenet', { crop: '1.5' }, {}, /"crop" is 1.5/],
    [
      'caffenet',
      { channels: 'grey' },
      {},
      /^f: the channels are "grey", expected rgb or bgr for the 3 of the network$/,
    ],
    [
      'lenet',
      {},
      { channelOrder: 'rgb' },
      /^f: the channels are "rgb", expected gray for the 1 of the network$/,
    ],
    [
      'caffenet',
      {},
      { mean: meanOf([1, 256, 256]) },
      /^f: the mean is \[1, 256, 256\], the image is \[3, 256, 256\]$/,
    ],
    ['caffenet', {}, { mean: meanOf([3, 256, 200]) }, /^f: the mean is \[3, 256, 200\]/],
    ['caffenet', {}, { mean: meanOf([3, 256, 256]), imageSide: 200 }, /the image is \[3, 200, 200\]$/],
    [
      'lenet',
      {},
      { mean: meanOf([3, 28, 28]), from: { mean: 'm.npy' } },
      /^m\.npy: the mean is \[3, 28, 28\]/,
    ],
    ['lenet', {}, { mean: meanOf([3, 1, 1]), from: { mean: 'm.npy' } }, /^m\.npy: the mean has 3 values/],
    ['caffenet', {}, { mean: [1, 2], from: { mean: '--mean' } }, /^--mean: the mean has 2 values/],
    ['caffenet', {}, { scale: [1, 2], from: { scale: '--scale' } }, /^--scale: the scale has 2 values/],
    [
      'lenet',
      {},
      { channelOrder: 'rgb', from: { channels: '--channels' } },
      /^--channels: the channels are "rgb"/,
    ],
  ])('of %s with %j and %j is refused', (arch, said, options, message) => {
    expect(() => preprocessed(arch, said, options)).toThrow(message);
  });

  it('is read or refused for any words in a header', () => {
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'rgb',
        'bgr',
        'gray',
        '',
        '0',
        '-1',
        '1e400',
        '1,2,3',
        '227',
        '256',
        'Infinity',
        '0x10',
        '1e-320',
      ),
      fc.double().map(String),
      fc.array(fc.float(), { maxLength: 4 }).map((values) => values.join(',')),
    );
    const header = fc.dictionary(fc.constantFrom(...preprocessingKeys), words);
    fc.assert(
      fc.property(header, fc.constantFrom(...architectures.keys()), (said, arch) => {
        try {
          const { image, crop, mean, scale } = preprocessed(arch, said);
          expect(crop).toBeLessThanOrEqual(image[1]);
          expect(mean.length).toBe(image[0] * image[1] * image[2]);
          expect(mean.every(Number.isFinite)).toBe(true);
          expect(scale.every((value) => Number.isFinite(Math.fround(value)) && value !== 0)).toBe(true);
          expect(scale).toHaveLength(image[0]);
        } catch (error) {
          expect(error).toBeInstanceOf(WeightFileError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

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
