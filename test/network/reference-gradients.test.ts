/** The reference of gradients is itself right: against central differences of the reference's forward pass. */
import { expect, test } from 'vitest';
import { volume, type Architecture } from '../../src/network/layer.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import type { WeightTensor } from '../../src/network/parameters.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { exampleNetworks } from './example-networks.ts';
import { referenceGradients } from './reference-gradients.ts';
import { referenceActivations } from './reference-network.ts';

/** Layers behind one another: groups, strides, padding, windows that are clipped and windows that overlap. */
const chain: Architecture = {
  name: 'all kinds',
  input: [2, 13, 8],
  layers: [
    { kind: 'convolution', name: 'conv1', outChannels: 4, kernel: 3, stride: 2, padding: 2, groups: 2 },
    { kind: 'lrn', name: 'norm', size: 3, alpha: 0.9, beta: 0.75, k: 0.7 },
    { kind: 'max-pool', name: 'pool', size: 3, stride: 2, rounding: 'up' },
    { kind: 'convolution', name: 'conv2', outChannels: 3, kernel: 2, stride: 1, padding: 1, groups: 1 },
    { kind: 'relu', name: 'relu1' },
    { kind: 'adaptive-average-pool', name: 'mean', side: 3 },
    { kind: 'dense', name: 'hidden', outputs: 5 },
    { kind: 'relu', name: 'relu2' },
    { kind: 'dropout', name: 'drop', rate: 0.5 },
    { kind: 'dense', name: 'out', outputs: 3 },
  ],
};

const objectives: readonly (readonly [Architecture, Readonly<Record<string, readonly number[]>>])[] = [
  // A sum of logits and of values in the middle of the network.
  [chain, { out: [0.3, -1, 2], relu1: [...randomValues(3 * 5 * 3, 6)] }],
  ...exampleNetworks.map((architecture) => [architecture, { out: [0.3, -1, 2] }] as const),
];

test.each(objectives)(
  'the reverse pass in doubles agrees with differences: $name',
  (architecture, upstream) => {
    const weights = new Map<string, WeightTensor>();
    for (const [index, { layer, groups, outputs, depth, fileShape }] of parameterShapes(
      architecture,
    ).entries()) {
      const data = randomValues(groups * outputs * depth, 10 + index);
      weights.set(`${layer}.weight`, { shape: fileShape, data });
      const bias = randomValues(groups * outputs, 20 + index);
      weights.set(`${layer}.bias`, { shape: [groups * outputs], data: bias });
    }
    const input = Float64Array.from(randomValues(volume(architecture.input), 5));
    const places = Object.fromEntries(architecture.layers.map(({ name }, place) => [name, place]));
    const objective = () => {
      const activations = referenceActivations(architecture, weights, input);
      return Object.entries(upstream).reduce((sum, [name, factors]) => {
        const values = activations[places[name]!]!;
        expect(values).toHaveLength(factors.length);
        return sum + factors.reduce((total, factor, index) => total + factor * values[index]!, 0);
      }, 0);
    };
    const { input: found, parameters } = referenceGradients(architecture, weights, input, upstream);
    // The values moved are those of the arrays that the objective reads: weights are floats, the step is what they round to.
    const differences = (values: Float32Array | Float64Array, step: number) =>
      Float64Array.from(values, (kept, index) => {
        values[index] = kept + step;
        const [above, top] = [objective(), values[index]];
        values[index] = kept - step;
        const [below, bottom] = [objective(), values[index]];
        values[index] = kept;
        return (above - below) / (top - bottom);
      });
    expectClose(found, differences(input, 1e-6), { atol: 1e-7, rtol: 1e-6 });
    for (const [name, { data }] of weights) {
      const expected = differences(data, 2 ** -14);
      expect(
        expected.some((value) => value !== 0),
        name,
      ).toBe(true);
      expectClose(parameters.get(name)!, expected, { atol: 1e-6, rtol: 1e-5 });
    }
  },
);
