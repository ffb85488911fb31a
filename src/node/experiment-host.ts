/** What experiments need of a machine with files: models, data sets, pictures. */
import type { Host } from '../experiments/experiment.ts';
import type { Model } from '../model/model.ts';
import { FileStorage } from './file-storage.ts';
import { decodeImage, encodePng, type OnNote } from './image-file.ts';
import { labelledPictures } from './image-folder.ts';
import { loadMnist } from './mnist-files.ts';
import { loadModel } from './model-file.ts';
import { testImages } from './test-images.ts';
import { throughJpeg } from './through-jpeg.ts';

/** @param onNote told of a user's picture that is read although its file is not as it should be */
export const filesOfExperiments = (onNote: OnNote) =>
  ({
    loadModel: (name: string) => loadModel(name),
    loadMnist: (split: 'train' | 'test') => loadMnist(split),
    encodePicture: encodePng,
    decodePicture: decodeImage,
    throughJpeg,
    testImages: (source: string, model: Model, most: number) => testImages(source, model, most, onNote),
    openFolder: (path: string) => new FileStorage(path),
    openPictures: (folder: string, labels: readonly string[]) => labelledPictures(folder, labels, onNote),
  }) satisfies Partial<Host>;
