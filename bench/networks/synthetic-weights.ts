/** Weights for timing: random numbers of the usual spread, so that activations stay of one order; quick to make. */
import type { Architecture } from '../../src/network/layer.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import { biasName, weightName, type WeightTensor } from '../../src/network/parameters.ts';

export function syntheticWeights(architecture: Architecture): Map<string, WeightTensor> {
  const weights = new Map<string, WeightTensor>();
  let state = 1;
  for (const { layer, groups, outputs, depth, fileShape } of parameterShapes(architecture)) {
    const reach = Math.sqrt(6 / depth);
    const data = Float32Array.from({ length: groups * outputs * depth }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state / 2 ** 31 - 1) * reach;
    });
    weights.set(weightName(layer), { shape: fileShape, data });
    weights.set(biasName(layer), { shape: [groups * outputs], data: new Float32Array(groups * outputs) });
  }
  return weights;
}
