import { describe, expect, it } from 'vitest';
import { alexnetTorchvision } from '../../src/model/architectures/alexnet-torchvision.ts';
import { caffenet } from '../../src/model/architectures/caffenet.ts';
import { describeModel } from '../../src/model/model-description.ts';
import type { Model } from '../../src/model/model.ts';
import { flatMean } from '../../src/model/preprocessing.ts';
import { loadModel } from '../../src/node/model-file.ts';
import type { Architecture } from '../../src/network/layer.ts';

function modelOf(architecture: Architecture): Model {
  const image = [3, 256, 256] as const;
  const preprocessing = {
    image,
    crop: 227,
    mean: flatMean([1, 2, 3], image),
    scale: [1, 1, 1],
    channelOrder: 'bgr',
  } as const;
  return { name: 'm', architecture, weights: new Map(), preprocessing, labels: ['a'], card: { note: 'x' } };
}

describe('a description', () => {
  it.each([
    // 60,965,224: Caffe's own count of CaffeNet's; 61,100,840: what PyTorch prints for alexnet.
    [caffenet(), 60_965_224],
    [alexnetTorchvision(), 61_100_840],
  ])('counts parameters', (architecture, parameters) => {
    expect(describeModel(modelOf(architecture)).parameters).toBe(parameters);
  });

  it('counts what is multiplied and added', () => {
    // By hand: 105,415,200 + 223,948,800 + 149,520,384 + 112,140,288 + 74,760,192, and 58,621,952 of dense layers.
    expect(describeModel(modelOf(caffenet())).multiplyAdds).toBe(724_406_816);
  });

  it('counts the weights that the shipped model has', async () => {
    const { model } = await loadModel('lenet-mnist');
    const described = describeModel(model);
    const values = [...model.weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(described.parameters).toBe(values);
    for (const { name, weights } of described.layers)
      expect(weights).toEqual(model.weights.get(`${name}.weight`)?.shape);
    expect(described.preprocessing).toMatchObject({
      image: [1, 28, 28],
      crop: 28,
      channels: 'gray',
      meanImage: true,
    });
    // The mean of MNIST's pixels: 0.1307 of 255.
    expect(described.preprocessing.mean[0]).toBeCloseTo(0.1307 * 255, 1);
  });

  it('says layer by layer what there is', () => {
    const { layers, classes, card, preprocessing } = describeModel(modelOf(caffenet()));
    expect(layers.find(({ name }) => name === 'conv2')).toEqual({
      name: 'conv2',
      kind: 'convolution',
      settings: '256 of 5 × 5, padding 2, 2 groups',
      output: [256, 27, 27],
      weights: [256, 48, 5, 5],
      parameters: 307_456,
      multiplyAdds: 223_948_800,
    });
    expect([classes, card]).toEqual([['a'], { note: 'x' }]);
    expect(preprocessing).toMatchObject({ mean: [1, 2, 3], meanImage: false });
  });
});
