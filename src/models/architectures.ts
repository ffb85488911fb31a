/** Architectures by the name that `--arch` and weight files use; each is built for a number of classes. */
import type { Architecture } from '../nn/layer.ts';
import { lenet } from './lenet.ts';

export const architectures: ReadonlyMap<string, (classes: number) => Architecture> = new Map([
  ['lenet', lenet],
]);

export const architectureNames: readonly string[] = [...architectures.keys()];
