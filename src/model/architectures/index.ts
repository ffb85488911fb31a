/** Architectures by the name that `--arch` and weight files use; each is built for a number of classes. */
import { imagenetLabels } from '../../datasets/imagenet-labels.ts';
import type { Architecture } from '../../network/layer.ts';
import { alexnetTorchvision } from './alexnet-torchvision.ts';
import { alexnet, caffenet } from './caffenet.ts';
import { lenet } from './lenet.ts';

export const architectures: ReadonlyMap<string, (classes: number) => Architecture> = new Map([
  ['lenet', lenet],
  ['caffenet', caffenet],
  ['alexnet', alexnet],
  ['alexnet-torchvision', alexnetTorchvision],
]);

export const architectureNames: readonly string[] = [...architectures.keys()];

/** Caffe's: blue, green, red from 0 to 255, minus ImageNet's mean colour. */
const caffePreprocessing = { channels: 'bgr', mean: '104,117,123', scale: '1', image: '256' };

/**
 * How the published weights of an architecture were fed, in the words of a model file's metadata; what a file or the
 * user says goes before it.
 */
const usualPreprocessing: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['lenet', { channels: 'gray', mean: '0', scale: '0.00390625', image: '28' }],
  ['caffenet', caffePreprocessing],
  ['alexnet', caffePreprocessing],
  [
    'alexnet-torchvision',
    // (x / 255 − mean) / deviation of each channel, written for bytes.
    {
      channels: 'rgb',
      mean: '123.675,116.28,103.53',
      scale: '0.01712475,0.017507,0.01742919',
      image: '256',
    },
  ],
]);

export const preprocessingOf = (architecture: string): Readonly<Record<string, string>> =>
  usualPreprocessing.get(architecture) ?? {};

/** Default names of the classes: ImageNet's for 1,000, digits for LeNet's ten. */
export function usualLabels(architecture: string, classes: number): readonly string[] {
  if (classes === imagenetLabels.length) return imagenetLabels;
  const isDigits = architecture === 'lenet' && classes === 10;
  return Array.from({ length: classes }, (_, index) => (isDigits ? String(index) : `class ${String(index)}`));
}
