/** Finds the layers with weights of a foreign file: by name, by order, or by shape. */
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import type { WeightFile, WeightedLayer } from '../formats/weight-file.ts';
import type { Architecture } from '../nn/layer.ts';
import { biasName, parameterShapes, weightName, type ParameterShape } from '../nn/parameters.ts';

/** A weight layer of the file, by whichever way it was found. */
export interface WeightSource {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  /** The file says that the layer adds nothing, rather than lacking what it adds. */
  readonly biasless: boolean;
  readonly transposed: boolean;
}

/** One source per layer with weights; shapes are not checked yet. @throws WeightFileError naming what is missing */
export function weightSources(
  file: WeightFile,
  architecture: Architecture,
  fileName: string,
): WeightSource[] {
  const shapes = parameterShapes(architecture);
  const isLast = (index: number) => index === shapes.length - 1;
  const named = shapes.map(({ layer }) => file.tensors.get(weightName(layer)));
  const areNamed = named.every((tensor) => tensor !== undefined);
  // Nets that were trained further keep the names of most layers: the last one is called otherwise.
  const isOrdered = file.layers?.length === shapes.length;
  if (areNamed || (!isOrdered && named.some((tensor) => tensor !== undefined))) {
    return shapes.map(({ layer, fileShape }, index): WeightSource => {
      const weight = named[index];
      if (!weight) throw missing(file, layer, fileShape, isLast(index), architecture, fileName);
      const told = file.layers?.find((other) => other.weight === weight.name);
      return {
        weight,
        bias: file.tensors.get(told?.bias ?? biasName(layer)),
        biasless: told !== undefined && told.bias === undefined,
        transposed: told?.transposed ?? false,
      };
    });
  }
  if (file.layers && file.layers.length > 0)
    return byOrder(file, file.layers, shapes, architecture, fileName);
  return byShape(file, shapes, architecture, fileName);
}

function byOrder(
  { tensors }: WeightFile,
  layers: readonly WeightedLayer[],
  shapes: readonly ParameterShape[],
  architecture: Architecture,
  fileName: string,
): WeightSource[] {
  if (layers.length !== shapes.length) {
    throw new WeightFileError(
      `${fileName} has ${String(layers.length)} layers with weights (${layers.map(({ name }) => name).join(', ')}), ${architecture.name} has ${String(shapes.length)} (${shapes.map(({ layer }) => layer).join(', ')})`,
    );
  }
  return layers.map((layer): WeightSource => {
    const weight = tensors.get(layer.weight);
    if (!weight)
      throw new WeightFileError(`${fileName}: no tensor ${layer.weight}, which ${layer.name} names`);
    const bias = layer.bias === undefined ? undefined : tensors.get(layer.bias);
    return { weight, bias, biasless: layer.bias === undefined, transposed: layer.transposed };
  });
}

/**
 * Takes, for each weight in turn, the first tensor left that has its shape; of the biases that fit, the one whose name
 * begins most like the weight's, since files sorted by name have `conv10.bias` before `conv8.bias`.
 */
function byShape(
  file: WeightFile,
  shapes: readonly ParameterShape[],
  architecture: Architecture,
  fileName: string,
): WeightSource[] {
  const left = [...file.tensors.values()];
  const take = (shape: readonly number[], like = ''): Tensor | undefined => {
    // The number of classes is not known yet: a last weight may have any number of rows.
    const fitting = left.filter((tensor) =>
      shape[0] === -1
        ? tensor.shape.length === shape.length && tensor.shape.slice(1).join() === shape.slice(1).join()
        : tensor.shape.join() === shape.join(),
    );
    const common = fitting.map(({ name }) => commonBeginning(name, like));
    const taken = fitting[common.indexOf(Math.max(...common))];
    if (taken) left.splice(left.indexOf(taken), 1);
    return taken;
  };
  return shapes.map(({ layer, groups, outputs, fileShape }, index): WeightSource => {
    const isLast = index === shapes.length - 1;
    const weight = take(isLast ? [-1, ...fileShape.slice(1)] : fileShape);
    if (!weight) throw missing(file, layer, fileShape, isLast, architecture, fileName);
    const bias = take([isLast ? (weight.shape[0] ?? 0) : groups * outputs], weight.name);
    return { weight, bias, biasless: false, transposed: false };
  });
}

/** Characters with which both begin. */
function commonBeginning(one: string, other: string): number {
  let length = 0;
  while (length < Math.min(one.length, other.length) && one[length] === other[length]) length++;
  return length;
}

function missing(
  { tensors }: WeightFile,
  layer: string,
  fileShape: readonly number[],
  isLast: boolean,
  { name }: Architecture,
  fileName: string,
): WeightFileError {
  const found = [...tensors.values()].map((tensor) => `${tensor.name} [${tensor.shape.join(', ')}]`);
  const some = found.length > 40 ? [...found.slice(0, 40), '…'] : found;
  const shape = isLast ? ['classes', ...fileShape.slice(1)] : fileShape;
  return new WeightFileError(
    `${fileName}: no tensor ${weightName(layer)} [${shape.join(', ')}], which ${name} needs; the file has ${some.join(', ') || 'no tensors'}`,
  );
}
