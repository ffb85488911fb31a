/** A network with one class more, before it is trained on it (paper §3.5). */
import { biasName, factorNames, weightName, type WeightTensor } from '../network/parameters.ts';
import { architectures } from './architectures/index.ts';
import type { Model } from './model.ts';

/**
 * Zeros in the last layer: the new class has the logit 0 for every image, and the others keep theirs.
 * @throws RangeError where the model's architecture is none that is built for a number of classes
 */
export function withClass(model: Model, label: string): Model {
  const build = architectures.get(model.architecture.name);
  const last = model.architecture.layers.at(-1);
  if (!build || last?.kind !== 'dense')
    throw new RangeError(`${model.architecture.name} cannot be given a class more`);
  const weights = new Map(model.weights);
  // Where the weight is a product, only its left factor has a row for each class.
  const [left] = factorNames(last.name);
  for (const name of [weights.has(left) ? left : weightName(last.name), biasName(last.name)]) {
    const tensor = weights.get(name);
    if (tensor) weights.set(name, withRow(tensor));
  }
  const labels = [...model.labels, label];
  return { ...model, architecture: build(labels.length), weights, labels };
}

function withRow({ shape: [rows = 0, ...rest], data, ...others }: WeightTensor): WeightTensor {
  const longer = new Float32Array(data.length + data.length / rows);
  longer.set(data);
  return { ...others, shape: [rows + 1, ...rest], data: longer };
}
