/** Weight files: reading those of Caffe, PyTorch, ONNX and safetensors, fitting them to an architecture, writing our own. */
export { readLabels } from '../formats/label-file.ts';
export { readMeanImage } from '../formats/mean-image.ts';
export type { MeanImage } from '../formats/mean-of-images.ts';
export {
  readWeights,
  weightFileEndings,
  weightFormat,
  type WeightFileWithMetadata,
} from '../formats/read-weights.ts';
export type { Tensor } from '../formats/tensor.ts';
export type {
  AffineLayer,
  ConvolutionWindow,
  FileLayer,
  Ignored,
  NormLayer,
  OtherLayer,
  PoolLayer,
  SimpleLayer,
  WeightFormat,
  WeightedLayer,
  Window,
} from '../formats/weight-file.ts';
export { WeightFileError } from '../formats/weight-file-error.ts';
export { writeModel } from '../model/model.ts';
export {
  WeightRangeError,
  WeightShapeError,
  type WeightTensor,
  type Weights,
} from '../network/parameters.ts';
export { importModel, type ImportOptions, type Imported } from './import-model.ts';
export { knownWeights, type HashAlgorithm, type KnownWeights } from './known-weights.ts';
export type { Mapping } from './match-weights.ts';
export { readModel } from './read-model.ts';
