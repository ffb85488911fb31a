/**
 * Which tensor of a foreign file is which weight of an architecture: by the order of the layers where the file lists them, else
 * by name, else by shape. Every shape is checked in the end, and no part of the file's network is dropped in silence.
 */
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { isWeighted, type WeightFile } from '../formats/weight-file.ts';
import { asSaid } from './leave-out.ts';
import { layersInPlace, type Architecture, type Extent } from '../network/layer.ts';
import { checkWeights, parameterShapes } from '../network/parameter-shapes.ts';
import {
  WeightShapeError,
  biasName,
  factorNames,
  weightName,
  type WeightTensor,
} from '../network/parameters.ts';
import { architectures } from '../model/architectures/index.ts';
import { fitLayer } from './fit-weight.ts';
import { isCounter, isMask, ofTraining, partUnknownHere } from './reparametrised.ts';
import { weightSources } from './weight-sources.ts';
import { meanImageOf } from '../model/preprocessing.ts';
import { joined, sentence, setting } from '../util/sentence.ts';

/** A tensor of a model, and the tensor of a file that it was made of. */
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
    const fitting = others.map((other) => sentence`${setting('architecture')} ${other}`);
    if (fitting.length > 0) error.append(sentence`; it fits ${joined(fitting, ' or ')}: was that meant?`);
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
  const inputs = inputsOf(architecture);
  for (const [index, shape] of parameterShapes(architecture).entries()) {
    const source = sources[index];
    if (!source)
      throw new WeightFileError(`${fileName}: no weights for ${shape.layer} of ${architecture.name}`);
    const input = inputs.get(shape.layer) ?? architecture.input;
    const { weight, bias } = fitLayer(source, shape, input, architecture.name, fileName);
    for (const [from, to, { tensor, notes }] of [
      [source.weight, weightName(shape.layer), weight],
      [source.bias, biasName(shape.layer), bias],
    ] as const) {
      weights.set(to, tensor);
      const note = notes.length > 0 ? { note: notes.join(', ') } : {};
      mapped.push({ from: from?.name, to, shape: tensor.shape, ...note });
      if (from) used.add(from);
    }
  }
  for (const name of sources.flatMap(({ affines }) => affines.flatMap(({ madeOf = [] }) => madeOf))) {
    const tensor = file.tensors.get(name);
    if (tensor) used.add(tensor);
  }
  return { architecture, weights, mapped, ignored: leftOver(file, used, fileName) };
}

/** What comes into each layer, by its name. */
function inputsOf(architecture: Architecture): ReadonlyMap<string, Extent> {
  return new Map(layersInPlace(architecture).map(({ layer, input }) => [layer.name, input]));
}

/**
 * Tensors that no layer needs. A file that lists its layers has shown that they are no part of the network; in any other they
 * look like parts of one that has more, whose answers would be different.
 */
function leftOver(file: WeightFile, used: ReadonlySet<Tensor>, fileName: string): WeightFile['ignored'] {
  const mean = meanImageOf(file);
  const unused = [...file.tensors.values()].filter((tensor) => !used.has(tensor) && tensor !== mean);
  const parts = file.layers?.some(isWeighted)
    ? []
    : [
        ...unused.filter(looksLikePart).map(({ name, shape }) => `${name} [${shape.join(', ')}]`),
        ...file.ignored
          .filter(({ name, reason }) => isMask(name) && reason !== asSaid)
          .map(({ name }) => name),
      ];
  if (parts.length > 0) {
    const some = parts.slice(0, 12);
    const more = parts.length > some.length ? ` and ${String(parts.length - some.length)} more` : '';
    throw new WeightFileError(
      sentence`${fileName}: no layer needs ${some.join(', ')}${more}, so that the file seems to hold another network: ${partUnknownHere(file) ?? sentence`${ignoring} leaves out what is no part of it`}`,
    );
  }
  const reason = 'no layer of the architecture needs it';
  return [...file.ignored, ...unused.map(({ name }) => ({ name, reason }))];
}

const ignoring = setting('ignore', { command: 'fool import', value: 'NAME' });

const looksLikePart = ({ name, data }: Tensor): boolean =>
  data.length > 0 && !ofTraining(name) && !(data.length === 1 && isCounter(name));

/** A file written by this project may hold dense weights as factors; they stay factors. */
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
  return { architecture, weights, mapped, ignored: leftOver(file, used, fileName) };
}
