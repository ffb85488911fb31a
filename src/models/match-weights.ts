/**
 * Which tensor of a foreign file is which weight of an architecture: by the names where all of them are ours, else by
 * the order of the layers where the file tells it, else by shape in the file's order. Every shape is checked in the end.
 */
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import type { WeightFile } from '../formats/weight-file.ts';
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
import { weightSources, type WeightSource } from './weight-sources.ts';
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
  const sources = weightSources(file, build(1), fileName);
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

interface Fitted {
  readonly tensor: WeightTensor;
  readonly note?: { readonly note: string };
}

function shaped(
  { weight, transposed }: WeightSource,
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
  { bias, biasless }: WeightSource,
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
