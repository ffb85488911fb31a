/** A model: an architecture with weights, preprocessing and the names of its classes. */
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { messageOf } from '../message-of.ts';
import type { Architecture } from '../nn/layer.ts';
import { checkWeights, factorNames, weightName, type Weights } from '../nn/parameters.ts';
import { architectures, architectureNames } from './architectures.ts';
import {
  meanTensor,
  preprocessingKeys,
  readPreprocessing,
  storePreprocessing,
  type Preprocessing,
} from './preprocessing.ts';

export interface Model {
  readonly name: string;
  readonly architecture: Architecture;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  readonly labels: readonly string[];
  /** Everything else that the file says of itself: how it was trained, licences. */
  readonly card: Readonly<Record<string, string>>;
}

const ownKeys: readonly string[] = ['arch', 'labels', ...preprocessingKeys];

/**
 * @param name what the user called the model, for messages and records
 * @param architecture overrides the one that the file names
 * @throws WeightFileError, WeightShapeError saying what is wrong with the file
 */
export function readModel(bytes: Uint8Array, fileName: string, name: string, architecture?: string): Model {
  const { tensors, metadata } = readSafetensors(bytes, fileName);
  const build = architectures.get(architecture ?? metadata['arch'] ?? '');
  if (!build) {
    const found = architecture ?? metadata['arch'];
    const said =
      found === undefined ? 'names no architecture' : `is for architecture "${found}", which is unknown`;
    throw new WeightFileError(`${fileName}: the file ${said}; pass --arch ${architectureNames.join('|')}`);
  }
  const labels = readLabels(metadata['labels'], fileName);
  const built = build(countClasses(tensors, build(1), fileName));
  checkWeights(built, tensors, fileName);
  const classes = built.layers.at(-1);
  const count = classes?.kind === 'dense' ? classes.outputs : 0;
  if (labels && labels.length !== count) {
    throw new WeightFileError(`${fileName}: ${String(labels.length)} labels for ${String(count)} classes`);
  }
  return {
    name,
    architecture: built,
    weights: new Map([...tensors].filter(([tensor]) => tensor !== meanTensor)),
    preprocessing: readPreprocessing(tensors.get(meanTensor), metadata, built, fileName),
    labels: labels ?? Array.from({ length: count }, (_, index) => `class ${String(index)}`),
    card: Object.fromEntries(Object.entries(metadata).filter(([key]) => !ownKeys.includes(key))),
  };
}

/** The bytes of a `.safetensors` file that `readModel` reads back. */
export function writeModel(model: Model): Uint8Array {
  const { architecture, preprocessing, weights, labels, card } = model;
  const stored = storePreprocessing(preprocessing, architecture.input);
  const tensors = [...weights].map(([name, { shape, data, dtype = 'F32' }]): Tensor => {
    return { name, shape, data, dtype };
  });
  return writeSafetensors(stored.tensor ? [...tensors, stored.tensor] : tensors, {
    ...card,
    ...stored.metadata,
    arch: architecture.name,
    labels: JSON.stringify(labels),
  });
}

function countClasses(
  tensors: ReadonlyMap<string, Tensor>,
  architecture: Architecture,
  fileName: string,
): number {
  const last = architecture.layers.at(-1)?.name ?? '';
  const weight = tensors.get(weightName(last)) ?? tensors.get(factorNames(last)[0]);
  const classes = weight?.shape[0];
  if (classes === undefined || classes < 1) {
    throw new WeightFileError(
      `${fileName}: no tensor ${last}.weight, which ${architecture.name} ends with; the file has ${[...tensors.keys()].join(', ') || 'no tensors'}. Was another --arch meant?`,
    );
  }
  return classes;
}

function readLabels(text: string | undefined, fileName: string): string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const labels: unknown = JSON.parse(text);
    if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
  } catch (error) {
    throw new WeightFileError(`${fileName}: the labels in the header are no JSON: ${messageOf(error)}`);
  }
  throw new WeightFileError(`${fileName}: the labels in the header are no list of strings`);
}
