/**
 * Which tensor of a foreign file is which weight of an architecture: by the names where all of them are ours, else by
 * the order of the layers where the file tells it, else by shape in the file's order. Every shape is checked in the end.
 */
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import type { WeightFile, WeightedLayer } from '../formats/weight-file.ts';
import type { Architecture } from '../nn/layer.ts';
import {
  WeightShapeError,
  biasName,
  checkWeights,
  factorNames,
  parameterShapes,
  weightName,
  type ParameterShape,
  type WeightTensor,
} from '../nn/parameters.ts';
import { architectures } from './architectures.ts';
import { meanImageOf } from './preprocessing.ts';

export interface Mapping {
  /** Name of the tensor in the file; undefined where there is none and zeros stand in. */
  readonly from: string | undefined;
  readonly to: string;
  readonly shape: readonly number[];
  /** What was done to it beside renaming. */
  readonly note?: string;
}

export interface MatchedWeights {
  readonly architecture: Architecture;
  readonly weights: ReadonlyMap<string, WeightTensor>;
  readonly mapped: readonly Mapping[];
  readonly ignored: WeightFile['ignored'];
}

/** A weight layer of the file, by whichever way it was found. */
interface Source {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  /** The file says that the layer adds nothing, rather than lacking what it adds. */
  readonly biasless: boolean;
  readonly transposed: boolean;
}

/**
 * @param name of the architecture
 * @throws WeightFileError when a weight is missing, WeightShapeError when one has another shape; the messages name the
 *   tensor of the file, both shapes, and architectures that would fit
 */
export function matchWeights(file: WeightFile, name: string, fileName: string): MatchedWeights {
  const build = architectures.get(name);
  if (!build) throw new RangeError(`no architecture ${name}`);
  try {
    return matchTo(file, build, fileName);
  } catch (error) {
    if (!(error instanceof WeightFileError || error instanceof WeightShapeError)) throw error;
    const others = fittingArchitectures(file, fileName).filter((other) => other !== name);
    if (others.length > 0) error.message += `; it fits --arch ${others.join(' or --arch ')}: was that meant?`;
    throw error;
  }
}

/** Names of the architectures that the tensors of a file fit. */
export function fittingArchitectures(file: WeightFile, fileName: string): string[] {
  return [...architectures].filter(([, build]) => fits(file, build, fileName)).map(([name]) => name);
}

function fits(file: WeightFile, build: (classes: number) => Architecture, fileName: string): boolean {
  try {
    matchTo(file, build, fileName);
    return true;
  } catch {
    return false;
  }
}

/** As `matchWeights`, for an architecture that need not have a name. */
export function matchTo(
  file: WeightFile,
  build: (classes: number) => Architecture,
  fileName: string,
): MatchedWeights {
  const factored = keepFactors(file, build, fileName);
  if (factored) return factored;
  const sources = sourcesOf(file, build(1), fileName);
  const last = sources.at(-1);
  const classes = last?.weight.shape[last.transposed ? 1 : 0];
  if (classes === undefined || classes < 1)
    throw new WeightFileError(`${fileName}: no last layer to count classes by`);
  const architecture = build(classes);
  const weights = new Map<string, WeightTensor>();
  const mapped: Mapping[] = [];
  const used = new Set<Tensor>();
  for (const [index, shape] of parameterShapes(architecture).entries()) {
    const source = sources[index];
    if (!source)
      throw new WeightFileError(`${fileName}: no weights for ${shape.layer} of ${architecture.name}`);
    const weight = shaped(source, shape, architecture.name, fileName);
    weights.set(weightName(shape.layer), weight.tensor);
    mapped.push({
      from: source.weight.name,
      to: weightName(shape.layer),
      shape: shape.fileShape,
      ...weight.note,
    });
    const bias = biasOf(source, shape, architecture.name, fileName);
    weights.set(biasName(shape.layer), bias.tensor);
    mapped.push({
      from: source.bias?.name,
      to: biasName(shape.layer),
      shape: bias.tensor.shape,
      ...bias.note,
    });
    for (const tensor of [source.weight, source.bias]) if (tensor) used.add(tensor);
  }
  return { architecture, weights, mapped, ignored: leftOver(file, used) };
}

function leftOver(file: WeightFile, used: ReadonlySet<Tensor>): WeightFile['ignored'] {
  const mean = meanImageOf(file);
  const unused = [...file.tensors].filter(([, tensor]) => !used.has(tensor) && tensor !== mean);
  const reason = 'no layer of the architecture needs it';
  return [...file.ignored, ...unused.map(([name]) => ({ name, reason }))];
}

/** A file of our own may hold dense weights as factors; they stay so. */
function keepFactors(
  file: WeightFile,
  build: (classes: number) => Architecture,
  fileName: string,
): MatchedWeights | undefined {
  const shapes = parameterShapes(build(1));
  const held = (name: string) => file.tensors.has(name);
  if (!shapes.some(({ layer }) => factorNames(layer).every(held))) return undefined;
  const classes = file.tensors.get(biasName(shapes.at(-1)?.layer ?? ''))?.shape[0] ?? 1;
  const architecture = build(classes);
  const names = parameterShapes(architecture).flatMap(({ layer }) => [
    ...(factorNames(layer).every(held) ? factorNames(layer) : [weightName(layer)]),
    biasName(layer),
  ]);
  const weights = new Map<string, WeightTensor>();
  for (const name of names) {
    const tensor = file.tensors.get(name);
    if (tensor) weights.set(name, tensor);
  }
  checkWeights(architecture, weights, fileName);
  for (const { name, shape } of file.tensors.values()) {
    if (weights.has(name) && shape.includes(0))
      throw new WeightShapeError(`${fileName}: ${name} is [${shape.join(', ')}], which holds nothing`);
  }
  const mapped = [...weights].map(([name, { shape }]): Mapping => ({ from: name, to: name, shape }));
  const used = new Set([...file.tensors.values()].filter(({ name }) => weights.has(name)));
  return { architecture, weights, mapped, ignored: leftOver(file, used) };
}

function sourcesOf(file: WeightFile, architecture: Architecture, fileName: string): Source[] {
  const shapes = parameterShapes(architecture);
  const isLast = (index: number) => index === shapes.length - 1;
  const named = shapes.map(({ layer }) => file.tensors.get(weightName(layer)));
  const areNamed = named.every((tensor) => tensor !== undefined);
  // Nets that were trained further keep the names of most layers: the last one is called otherwise.
  const isOrdered = file.layers?.length === shapes.length;
  if (areNamed || (!isOrdered && named.some((tensor) => tensor !== undefined))) {
    return shapes.map(({ layer, fileShape }, index): Source => {
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
): Source[] {
  if (layers.length !== shapes.length) {
    throw new WeightFileError(
      `${fileName} has ${String(layers.length)} layers with weights (${layers.map(({ name }) => name).join(', ')}), ${architecture.name} has ${String(shapes.length)} (${shapes.map(({ layer }) => layer).join(', ')})`,
    );
  }
  return layers.map((layer): Source => {
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
): Source[] {
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
  return shapes.map(({ layer, groups, outputs, fileShape }, index): Source => {
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

interface Fitted {
  readonly tensor: WeightTensor;
  readonly note?: { readonly note: string };
}

function shaped(
  { weight, transposed }: Source,
  { layer, fileShape }: ParameterShape,
  architecture: string,
  fileName: string,
): Fitted {
  const { data, dtype, shape } = weight;
  const [rows = 0, columns = 0] = fileShape;
  if (transposed && shape.join() === [columns, rows].join()) {
    return {
      tensor: { shape: fileShape, dtype, data: transpose(data, columns, rows) },
      note: { note: 'transposed' },
    };
  }
  if (!transposed && shape.join() === fileShape.join()) return { tensor: { shape: fileShape, dtype, data } };
  // A dense layer over [channels, height, width] may be stored as the convolution that it equals.
  const sameRows = shape[0] === rows && data.length === rows * columns;
  if (fileShape.length === 2 && sameRows && !transposed)
    return { tensor: { shape: fileShape, dtype, data }, note: { note: `was [${shape.join(', ')}]` } };
  throw new WeightShapeError(
    `${fileName}: ${weight.name} is [${shape.join(', ')}]${transposed ? ', transposed' : ''}, ${architecture} expects [${fileShape.join(', ')}] for ${weightName(layer)}`,
  );
}

function biasOf(
  { bias, biasless }: Source,
  { layer, groups, outputs }: ParameterShape,
  architecture: string,
  fileName: string,
): Fitted {
  const shape = [groups * outputs];
  if (!bias && !biasless) {
    throw new WeightFileError(
      `${fileName}: no tensor ${biasName(layer)} [${shape.join(', ')}], which ${architecture} needs`,
    );
  }
  if (!bias) {
    const data = new Float32Array(groups * outputs);
    return { tensor: { shape, data }, note: { note: 'the file has none: zeros' } };
  }
  if (bias.data.length === groups * outputs) return { tensor: { shape, dtype: bias.dtype, data: bias.data } };
  throw new WeightShapeError(
    `${fileName}: ${bias.name} is [${bias.shape.join(', ')}], ${architecture} expects [${shape.join(', ')}] for ${biasName(layer)}`,
  );
}

/** [rows, columns] → [columns, rows]. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column] ?? 0;
  return turned;
}
