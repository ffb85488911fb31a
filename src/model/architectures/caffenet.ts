/** AlexNet as Caffe trains it, in its two forms; the paper fools CaffeNet, which pools before it normalises (paper §2.1). */
import type { Architecture, Layer } from '../../network/layer.ts';

/** CaffeNet, the form of AlexNet that the paper fools (paper §2.1): input [3, 227, 227], pooled before it is normalised. */
export function caffenet(classes = 1000): Architecture {
  return alexnetWith('caffenet', classes, (pool, norm) => [pool, norm]);
}

/** As published by Krizhevsky et al.: normalised before it is pooled. */
export function alexnet(classes = 1000): Architecture {
  return alexnetWith('alexnet', classes, (pool, norm) => [norm, pool]);
}

function alexnetWith(
  name: string,
  classes: number,
  inOrder: (pool: Layer, norm: Layer) => readonly Layer[],
): Architecture {
  const conv = { kind: 'convolution', stride: 1, padding: 1, groups: 1 } as const;
  const pool = { kind: 'max-pool', size: 3, stride: 2, rounding: 'up' } as const;
  const norm = { kind: 'lrn', size: 5, alpha: 1e-4, beta: 0.75, k: 1 } as const;
  return {
    name,
    input: [3, 227, 227],
    layers: [
      { ...conv, name: 'conv1', outChannels: 96, kernel: 11, stride: 4, padding: 0 }, // [96, 55, 55]
      { kind: 'relu', name: 'relu1' },
      ...inOrder({ ...pool, name: 'pool1' }, { ...norm, name: 'norm1' }), //             [96, 27, 27]
      { ...conv, name: 'conv2', outChannels: 256, kernel: 5, padding: 2, groups: 2 }, // [256, 27, 27]
      { kind: 'relu', name: 'relu2' },
      ...inOrder({ ...pool, name: 'pool2' }, { ...norm, name: 'norm2' }), //             [256, 13, 13]
      { ...conv, name: 'conv3', outChannels: 384, kernel: 3 }, //                        [384, 13, 13]
      { kind: 'relu', name: 'relu3' },
      { ...conv, name: 'conv4', outChannels: 384, kernel: 3, groups: 2 }, //             [384, 13, 13]
      { kind: 'relu', name: 'relu4' },
      { ...conv, name: 'conv5', outChannels: 256, kernel: 3, groups: 2 }, //             [256, 13, 13]
      { kind: 'relu', name: 'relu5' },
      { ...pool, name: 'pool5' }, //                                                     [256, 6, 6]
      { kind: 'dense', name: 'fc6', outputs: 4096 },
      { kind: 'relu', name: 'relu6' },
      { kind: 'dropout', name: 'drop6', rate: 0.5 },
      { kind: 'dense', name: 'fc7', outputs: 4096 },
      { kind: 'relu', name: 'relu7' },
      { kind: 'dropout', name: 'drop7', rate: 0.5 },
      { kind: 'dense', name: 'fc8', outputs: classes },
    ],
  };
}
