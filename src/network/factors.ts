/**
 * Networks whose dense weights are stored as two factors are trained in that form: weight = left · right is a layer of as many
 * outputs as the rank before one of the layer's own. caffenet-tiny's fc6 then has 1.7 million values to be learnt
 * instead of 37.7 million, and the file that comes of it is as small as the one that it began with.
 */
import type { Architecture, Layer } from './layer.ts';
import { checkWeights } from './parameter-shapes.ts';
import { biasName, factorNames, weightName, type WeightTensor, type Weights } from './parameters.ts';

/** Name of the layer that has the right factor. */
const rightLayer = (layer: string): string => `${layer}.right`;

export interface Unfolded {
  readonly architecture: Architecture;
  readonly weights: Weights;
  /** Biases that the stored form has not, zeros: they must stay so. */
  readonly frozen: ReadonlySet<string>;
}

/**
 * Layers whose weights are factors become two layers.
 * @throws WeightShapeError naming a tensor that does not fit
 */
export function unfoldFactors(architecture: Architecture, weights: Weights, origin: string): Unfolded {
  checkWeights(architecture, weights, origin);
  const unfolded = new Map(weights);
  const frozen = new Set<string>();
  const layers = architecture.layers.flatMap((layer): Layer[] => {
    const factors = factorsOf(layer, weights);
    if (!factors) return [layer];
    const [left, right] = factors;
    const rank = right.shape[0] ?? 0;
    for (const name of factorNames(layer.name)) unfolded.delete(name);
    const before = rightLayer(layer.name);
    unfolded.set(weightName(before), right);
    unfolded.set(biasName(before), { shape: [rank], data: new Float32Array(rank) });
    unfolded.set(weightName(layer.name), left);
    frozen.add(biasName(before));
    return [{ kind: 'dense', name: before, outputs: rank }, layer];
  });
  return { architecture: { ...architecture, layers }, weights: unfolded, frozen };
}

/**
 * The inverse of `unfoldFactors`.
 * @param stored says which layers have factors
 */
export function foldFactors(architecture: Architecture, trained: Weights, stored: Weights): Weights {
  const folded = new Map(trained);
  for (const layer of architecture.layers) {
    if (!factorsOf(layer, stored)) continue;
    const before = rightLayer(layer.name);
    const [leftName, rightName] = factorNames(layer.name);
    const [left, right] = [trained.get(weightName(layer.name)), trained.get(weightName(before))];
    if (left) folded.set(leftName, left);
    if (right) folded.set(rightName, right);
    for (const name of [weightName(layer.name), weightName(before), biasName(before)]) folded.delete(name);
  }
  return folded;
}

function factorsOf({ kind, name }: Layer, weights: Weights): [WeightTensor, WeightTensor] | undefined {
  const [left, right] = factorNames(name).map((factor) => weights.get(factor));
  return kind === 'dense' && left && right ? [left, right] : undefined;
}
