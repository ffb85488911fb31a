import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMeanImage } from '../../src/formats/mean-image.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { architectures } from '../../src/model/architectures/index.ts';
import type { ImportOptions } from '../../src/weights/import-model.ts';
import { preprocessingKeys, readPreprocessing, storePreprocessing } from '../../src/model/preprocessing.ts';
import { binaryproto } from '../support/lenet-files.ts';
import { type Metadata, preprocessed, colourOf, meanOf } from './empty-file.ts';

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
