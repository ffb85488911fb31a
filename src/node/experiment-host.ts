/** What experiments need of a machine with files: models, data sets, pictures. */
import type { Host } from '../experiments/experiment.ts';
import { FileStorage } from './file-storage.ts';
import { decodeImage, encodePng } from './image-file.ts';
import { labelledPictures } from './image-folder.ts';
import { loadMnist } from './mnist-files.ts';
import { loadModel } from './model-file.ts';
import { testImages } from './test-images.ts';
import { throughJpeg } from './through-jpeg.ts';

export const filesOfExperiments = {
  loadModel: (name: string) => loadModel(name),
  loadMnist: (split: 'train' | 'test') => loadMnist(split),
  encodePicture: encodePng,
  decodePicture: decodeImage,
  throughJpeg,
  testImages,
  openFolder: (path: string) => new FileStorage(path),
  openPictures: labelledPictures,
} satisfies Partial<Host>;
