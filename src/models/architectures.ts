/** Architectures by the name that `--arch` and weight files use; each is built for a number of classes. */
import type { Architecture } from '../nn/layer.ts';
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
