/**
 * torchvision's AlexNet ("one weird trick"): no groups, no normalisation. Layers carry its own names.
 */
import type { Architecture } from '../../network/layer.ts';

/** torchvision's AlexNet (Krizhevsky 2014): input [3, 224, 224]. */
export function alexnetTorchvision(classes = 1000): Architecture {
  const conv = { kind: 'convolution', stride: 1, padding: 1, groups: 1, kernel: 3 } as const;
  const pool = { kind: 'max-pool', size: 3, stride: 2, rounding: 'down' } as const;
  return {
    name: 'alexnet-torchvision',
    input: [3, 224, 224],
    layers: [
      { ...conv, name: 'features.0', outChannels: 64, kernel: 11, stride: 4, padding: 2 }, // [64, 55, 55]
      { kind: 'relu', name: 'features.1' },
      { ...pool, name: 'features.2' }, //                                                     [64, 27, 27]
      { ...conv, name: 'features.3', outChannels: 192, kernel: 5, padding: 2 }, //            [192, 27, 27]
      { kind: 'relu', name: 'features.4' },
      { ...pool, name: 'features.5' }, //                                                     [192, 13, 13]
      { ...conv, name: 'features.6', outChannels: 384 }, //                                   [384, 13, 13]
      { kind: 'relu', name: 'features.7' },
      { ...conv, name: 'features.8', outChannels: 256 }, //                                   [256, 13, 13]
      { kind: 'relu', name: 'features.9' },
      { ...conv, name: 'features.10', outChannels: 256 }, //                                  [256, 13, 13]
      { kind: 'relu', name: 'features.11' },
      { ...pool, name: 'features.12' }, //                                                    [256, 6, 6]
      { kind: 'adaptive-average-pool', name: 'avgpool', side: 6 },
      { kind: 'dropout', name: 'classifier.0', rate: 0.5 },
      { kind: 'dense', name: 'classifier.1', outputs: 4096 },
      { kind: 'relu', name: 'classifier.2' },
      { kind: 'dropout', name: 'classifier.3', rate: 0.5 },
      { kind: 'dense', name: 'classifier.4', outputs: 4096 },
      { kind: 'relu', name: 'classifier.5' },
      { kind: 'dense', name: 'classifier.6', outputs: classes },
    ],
  };
}
