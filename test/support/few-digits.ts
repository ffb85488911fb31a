/** The first digits of MNIST as files, for commands that would take minutes for all of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageDataset } from '../../src/datasets/dataset.ts';
import { encodePng } from '../../src/node/image-file.ts';
import { idx } from './idx-bytes.ts';

/** One digit as a picture. */
export function digitPng({ images }: ImageDataset, index: number): Uint8Array {
  const pixels = images.slice(784 * index, 784 * (index + 1));
  return encodePng({ extent: [1, 28, 28], bytes: pixels });
}

/** The same few digits to train on and to test with, named as MNIST names them. */
export function writeFewDigits(folder: string, { images, targets }: ImageDataset, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (const split of ['train', 't10k']) {
    const put = (name: string, bytes: Uint8Array) => {
      writeFileSync(join(folder, `${split}-${name}-ubyte`), bytes);
    };
    put('images-idx3', idx([count, 28, 28], images.subarray(0, 784 * count)));
    put('labels-idx1', idx([count], targets.subarray(0, count)));
  }
}
