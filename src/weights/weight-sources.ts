/** Finds the layers with weights of a foreign file: in the order that it lists them in, by name, or by shape. */
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { isWeighted, type AffineLayer, type FileLayer, type WeightFile } from '../formats/weight-file.ts';
import type { Architecture } from '../network/layer.ts';
import { parameterShapes } from '../network/parameter-shapes.ts';
import { foldedLayers } from './compare-layers.ts';
import { NamedTensors } from './named-tensors.ts';

/** A weight layer of the file, by whichever way it was found. */
export interface WeightSource {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  /** The file says that the layer adds nothing, rather than lacking what it adds. */
  readonly biasless: boolean;
  readonly transposed: boolean;
  /** The dense weight is over [rows, columns, channels]. */
  readonly channelsLast: boolean;
  /** What is done to each output before anything else. */
  readonly affines: readonly AffineLayer[];
}

/**
 * One source per layer with weights; shapes are not checked yet.
 * @throws WeightFileError naming what is missing, what may be either of two, and layers that the architecture has not
 */
export function weightSources(
  file: WeightFile,
  architecture: Architecture,
  fileName: string,
): WeightSource[] {
  const { layers } = file;
  if (layers?.some(isWeighted)) return byOrder(file, layers, architecture, fileName);
  return new NamedTensors(file, architecture, fileName).pairs().map(({ weight, bias }): WeightSource => ({
    weight,
    bias,
    biasless: false,
    transposed: false,
    channelsLast: false,
    affines: [],
  }));
}

function byOrder(
  { tensors }: WeightFile,
  layers: readonly FileLayer[],
  architecture: Architecture,
  fileName: string,
): WeightSource[] {
  const shapes = parameterShapes(architecture);
  const weighted = layers.filter(isWeighted);
  if (weighted.length !== shapes.length) {
    throw new WeightFileError(
      `${fileName} has ${String(weighted.length)} layers with weights (${weighted.map(({ name }) => name).join(', ')}), ${architecture.name} has ${String(shapes.length)} (${shapes.map(({ layer }) => layer).join(', ')})`,
    );
  }
  const found = weighted.map((layer): Omit<WeightSource, 'affines'> => {
    const weight = tensors.get(layer.weight);
    if (!weight)
      throw new WeightFileError(`${fileName}: no tensor ${layer.weight}, which ${layer.name} names`);
    return {
      weight,
      bias: layer.bias === undefined ? undefined : tensors.get(layer.bias),
      biasless: layer.bias === undefined,
      transposed: layer.transposed,
      channelsLast: layer.channelsLast ?? false,
    };
  });
  const folded = foldedLayers(layers, architecture, fileName);
  return found.map((source, index) => ({ ...source, affines: folded[index]?.affines ?? [] }));
}
