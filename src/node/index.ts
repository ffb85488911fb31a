/** The Node host: adapters, files, pictures. */
export {
  AdapterError,
  openGpu,
  searchGpu,
  type AdapterChoice,
  type Attempt,
  type OpenedGpu,
  type OpeningOptions,
} from './adapter.ts';
export { backgroundWriter } from './background-writer.ts';
export { mostBreeders, nodeBreeding } from './breeders.ts';
export type { Patience } from './download.ts';
export { FileStorage, StorageError } from './file-storage.ts';
export { ImageFileError, decodeImage, encodePng, type OnNote } from './image-file.ts';
export {
  imageBatches,
  openImageFolder,
  readImage,
  type ImageFolder,
  type ReadingListener,
} from './image-folder.ts';
export type { PictureBound } from './image-limits.ts';
export { loadMnist, type MnistSplit } from './mnist-files.ts';
export { loadModel, shippedModels, type LoadedModel } from './model-file.ts';
export type { OpenPart, PartWriter } from './part-file.ts';
export { writeReport } from './report-files.ts';
export type { SilencedCall } from './silence-driver.ts';
export { cachedWeights } from './weights-cache.ts';
export { fetchWeights, type FetchOptions, type Fetched } from './weights-fetch.ts';
export type { Image, ImageExtent } from '../image/image.ts';
