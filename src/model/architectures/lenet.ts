/** LeNet as Caffe's MNIST example has it, the network that the paper fools (paper §2.1). */
import type { Architecture } from '../../network/layer.ts';

/** LeNet as Caffe's MNIST example has it (paper §2.1): input [1, 28, 28]. */
export function lenet(classes = 10): Architecture {
  return {
    name: 'lenet',
    input: [1, 28, 28],
    layers: [
      { kind: 'convolution', name: 'conv1', outChannels: 20, kernel: 5, stride: 1, padding: 0, groups: 1 }, // [20, 24, 24]
      { kind: 'max-pool', name: 'pool1', size: 2, stride: 2, rounding: 'up' }, //                               [20, 12, 12]
      { kind: 'convolution', name: 'conv2', outChannels: 50, kernel: 5, stride: 1, padding: 0, groups: 1 }, // [50, 8, 8]
      { kind: 'max-pool', name: 'pool2', size: 2, stride: 2, rounding: 'up' }, //                               [50, 4, 4]
      { kind: 'dense', name: 'ip1', outputs: 500 },
      { kind: 'relu', name: 'relu1' },
      { kind: 'dense', name: 'ip2', outputs: classes },
    ],
  };
}
