/** The parameters of a whole architecture: their shapes by its layers, and whether a file has them. */
import { layersInPlace, type Architecture } from './layer.ts';
import { definitionOf } from './layers/index.ts';
import {
  biasName,
  factorNames,
  isDense,
  weightName,
  WeightShapeError,
  type ParameterShape,
  type Weights,
} from './parameters.ts';
import { sentence, setting } from '../util/sentence.ts';

/** The shape of every layer that has weights, in the order of the layers. */
export function parameterShapes(architecture: Architecture): ParameterShape[] {
  return layersInPlace(architecture).flatMap(({ layer, input }) => {
    const shape = definitionOf(layer).parameters?.(layer, input);
    return shape ? [shape] : [];
  });
}

/**
 * Checks that every tensor is there and has its shape.
 * @throws WeightShapeError naming the tensor, the expected and the found shape.
 */
export function checkWeights(architecture: Architecture, weights: Weights, origin: string): void {
  for (const shape of parameterShapes(architecture)) {
    const { layer, groups, outputs, depth, fileShape } = shape;
    const [leftName, rightName] = factorNames(layer);
    const left = weights.get(leftName);
    if (left && isDense(shape)) {
      const rank = left.shape[1] ?? 0;
      expect(weights, leftName, [outputs, rank], architecture.name, origin);
      expect(weights, rightName, [rank, depth], architecture.name, origin);
    } else expect(weights, weightName(layer), fileShape, architecture.name, origin);
    expect(weights, biasName(layer), [groups * outputs], architecture.name, origin);
  }
}

function expect(
  weights: Weights,
  name: string,
  shape: readonly number[],
  architecture: string,
  origin: string,
): void {
  const tensor = weights.get(name);
  if (!tensor) {
    throw new WeightShapeError(
      `${origin}: no tensor ${name}, which ${architecture} needs; the file has ${[...weights.keys()].join(', ') || 'none'}`,
    );
  }
  if (tensor.shape.join() !== shape.join()) {
    throw new WeightShapeError(
      sentence`${origin}: ${name} is [${tensor.shape.join(', ')}], ${architecture} expects [${shape.join(', ')}]; was another ${setting('architecture')} meant?`,
    );
  }
}
