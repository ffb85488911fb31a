/** What an import makes of files without weights. */
import type { WeightFileWithMetadata } from '../../src/formats/read-weights.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { architectures } from '../../src/model/architectures/index.ts';
import { importPreprocessing, type ImportOptions } from '../../src/weights/import-model.ts';

export type Metadata = Readonly<Record<string, string>>;
export const empty: WeightFileWithMetadata = {
  format: 'safetensors',
  tensors: new Map(),
  ignored: [],
  metadata: {},
};

/** What the import makes of preprocessing alone; the weights do not matter to it. */
export function preprocessed(
  arch: string,
  metadata: Metadata = {},
  options: ImportOptions = {},
  mean?: Tensor,
) {
  const tensors = new Map(mean ? [['mean', mean]] : []);
  return importPreprocessing({ ...empty, metadata, tensors }, 'f', architectures.get(arch)!(10), options);
}
/** The first value of each channel's mean. */
export const colourOf = ({ mean, image }: { mean: Float32Array; image: readonly number[] }) =>
  Array.from({ length: image[0]! }, (_, channel) => mean[(channel * mean.length) / image[0]!]);
export const meanOf = (shape: number[]): Tensor => {
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, index) => (index % 509) / 2,
  );
  return { name: 'mean', shape, dtype: 'F32', data };
};
