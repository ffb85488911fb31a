/** Networks of Caffe for the tests of its reader. */
import { readCaffemodel } from '../../src/formats/caffemodel.ts';
import { blob, legacyBlob } from '../support/caffe-files.ts';

export const FILE = 'net.caffemodel';
const CONVOLUTION = 4;
export const INNER_PRODUCT = 14;
const RELU = 18;

/** LeNet as Caffe's MNIST example trains it, a tenth as wide. */
export const lenet = {
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
export const caffenet = {
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

export const shapesOf = (file: ReturnType<typeof readCaffemodel>) =>
  Object.fromEntries([...file.tensors].map(([name, { shape }]) => [name, shape]));
