/** A network of three layers, and files of its weights. */
import type { Tensor } from '../../src/formats/tensor.ts';
import type { WeightedLayer, WeightFile } from '../../src/formats/weight-file.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { numbers } from '../support/caffe-files.ts';

/** One convolution and two dense layers. */
export const tiny = (classes: number): Architecture => ({
  name: 'tiny',
  input: [2, 4, 4],
  layers: [
    { kind: 'convolution', name: 'c', outChannels: 3, kernel: 3, stride: 1, padding: 0, groups: 1 }, // [3, 2, 2]
    { kind: 'dense', name: 'd', outputs: 5 },
    { kind: 'dense', name: 'e', outputs: classes },
  ],
});
export const shapes: Readonly<Record<string, readonly number[]>> = {
  'c.weight': [3, 2, 3, 3],
  'c.bias': [3],
  'd.weight': [5, 12],
  'd.bias': [5],
  'e.weight': [7, 5],
  'e.bias': [7],
};

export function tensor(name: string, shape: readonly number[], seed = 0): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { name, shape, dtype: 'F32', data: Float32Array.from(numbers(length, seed)) };
}
export const named = Object.entries(shapes).map(([name, shape], index) => tensor(name, shape, 11 * index));

export function fileOf(tensors: readonly Tensor[], more: Partial<WeightFile> = {}): WeightFile {
  return {
    format: 'pytorch',
    tensors: new Map(tensors.map((each) => [each.name, each])),
    ignored: [],
    ...more,
  };
}
export const layer = (name: string, weight: string, bias?: string, transposed = false): WeightedLayer => ({
  name,
  kind: weight.startsWith('c') ? 'convolution' : 'dense',
  weight,
  ...(bias !== undefined && { bias }),
  transposed,
});

/** Every architecture at its full size has the shapes; the values need no memory to speak of. */
export const hollow = (architecture: Architecture, rename = (name: string) => name): Tensor[] =>
  parameterShapes(architecture).flatMap(({ layer: name, groups, outputs, fileShape }): Tensor[] => {
    const data = (length: number) => ({ length }) as Float32Array;
    const volume = fileShape.reduce((product, size) => product * size, 1);
    return [
      { name: rename(`${name}.weight`), shape: fileShape, dtype: 'F32', data: data(volume) },
      { name: rename(`${name}.bias`), shape: [groups * outputs], dtype: 'F32', data: data(groups * outputs) },
    ];
  });
