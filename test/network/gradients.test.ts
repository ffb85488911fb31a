import { describe, expect, it } from 'vitest';
import { Program, bind, run } from '../../src/gpu/program.ts';
import { crossEntropy } from '../../src/kernels/layers/softmax.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { createNetwork } from '../../src/network/network.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import { packWeight } from '../../src/network/parameters.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';

/** Every kind of layer, small enough for doubles and central differences. */
const architecture: Architecture = {
  name: 'small',
  input: [2, 7, 6],
  layers: [
    { kind: 'convolution', name: 'conv', outChannels: 3, kernel: 3, stride: 1, padding: 1, groups: 1 },
    { kind: 'max-pool', name: 'pool', size: 3, stride: 2, rounding: 'up' },
    { kind: 'dense', name: 'hidden', outputs: 5 },
    { kind: 'relu', name: 'relu' },
    { kind: 'dense', name: 'out', outputs: 3 },
  ],
};
const used = 5;
const batch = 8;
const targets = [0, 2, 1, 1, 0];

type Values = Record<string, number[]>;

/** Mean cross-entropy of the network above, in doubles, by definition. */
function lossOf(parameters: Values, inputs: number[][]): number {
  const total = inputs.map((x, image) => {
    const conv = new Float64Array(3 * 7 * 6);
    for (let o = 0; o < 3; o++)
      for (let r = 0; r < 7; r++)
        for (let c = 0; c < 6; c++) {
          let sum = parameters['conv.bias']![o]!;
          for (let i = 0; i < 2; i++)
            for (let a = 0; a < 3; a++)
              for (let b = 0; b < 3; b++) {
                const [y, k] = [r + a - 1, c + b - 1];
                if (y < 0 || k < 0 || y >= 7 || k >= 6) continue;
                sum += parameters['conv.weight']![((o * 2 + i) * 3 + a) * 3 + b]! * x[(i * 7 + y) * 6 + k]!;
              }
          conv[(o * 7 + r) * 6 + c] = sum;
        }
    const pooled: number[] = [];
    for (let o = 0; o < 3; o++)
      for (let r = 0; r < 3; r++)
        for (let c = 0; c < 3; c++) {
          const window: number[] = [];
          for (let y = 2 * r; y < Math.min(7, 2 * r + 3); y++)
            for (let k = 2 * c; k < Math.min(6, 2 * c + 3); k++) window.push(conv[(o * 7 + y) * 6 + k]!);
          pooled.push(Math.max(...window));
        }
    const dense = (name: string, from: number[], outputs: number) =>
      Array.from({ length: outputs }, (_, o) =>
        from.reduce(
          (sum, value, i) => sum + value * parameters[`${name}.weight`]![o * from.length + i]!,
          parameters[`${name}.bias`]![o]!,
        ),
      );
    const logits = dense(
      'out',
      dense('hidden', pooled, 5).map((value) => Math.max(0, value)),
      3,
    );
    return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[targets[image]!]!;
  });
  return total.reduce((sum, loss) => sum + loss, 0) / used;
}

function differences(values: number[], loss: () => number): number[] {
  return values.map((kept, index) => {
    const step = 1e-5;
    values[index] = kept + step;
    const above = loss();
    values[index] = kept - step;
    const below = loss();
    values[index] = kept;
    return (above - below) / (2 * step);
  });
}

describe('the gradients of a network', () => {
  it('agree with central differences in doubles, for the input and every parameter; padding adds nothing', async () => {
    const gpu = await openTestGpu();
    const weights = initialWeights(architecture, 9);
    for (const [name, { data }] of weights)
      if (name.endsWith('.bias')) data.set(randomValues(data.length, 4).map((value) => value / 4));
    const inputs = Array.from({ length: used }, (_, image) => [...randomValues(84, 20 + image)]);
    const images = new Float32Array(84 * batch).map(
      (_, index) => inputs[index % batch]?.[Math.floor(index / batch)] ?? 0.7,
    );
    const parameters = await uploadParameters(gpu, architecture, weights, 'test');
    const network = await createNetwork(gpu, architecture, parameters, {
      batch,
      gradients: { input: true, parameters: true },
    });
    const labels = gpu.bufferFrom(
      'targets',
      Uint32Array.from({ length: batch }, (_, image) => targets[image] ?? 0),
    );
    const losses = gpu.buffer('losses', 4 * batch);
    const objective = await bind(gpu, 'loss', crossEntropy(3, batch, used), {
      logits: network.logits,
      result: network.logitsGradient!,
      targets: labels,
      loss: losses,
    });
    gpu.write(network.input, images);
    run(gpu, network.turnWeights, network.forward, new Program([objective]), network.backward);

    const doubles: Values = Object.fromEntries([...weights].map(([name, { data }]) => [name, [...data]]));
    const loss = () => lossOf(doubles, inputs);
    const found = new Float32Array(await gpu.read(losses));
    expectClose([found.reduce((sum, value) => sum + value, 0) / used], [loss()], { atol: 1e-6, rtol: 1e-5 });
    expect([...found.slice(used)]).toEqual([0, 0, 0]);
    for (const shape of parameterShapes(architecture)) {
      for (const [suffix, packed] of [
        ['weight', shape],
        ['bias', { ...shape, depth: 1 }],
      ] as const) {
        const name = `${shape.layer}.${suffix}`;
        const reference = packWeight(packed, Float32Array.from(differences(doubles[name]!, loss)));
        const gradient = new Float32Array(
          await gpu.read(network.parameterGradients.get(name)!, 4 * reference.length),
        );
        expectClose(gradient, reference, { atol: 2e-5, rtol: 2e-4 });
      }
    }
    const dx = new Float32Array(await gpu.read(network.inputGradient!));
    for (const [image, input] of inputs.entries()) {
      const reference = differences(input, loss);
      expectClose(
        reference.map((_, index) => dx[index * batch + image]!),
        reference,
        { atol: 2e-5, rtol: 2e-4 },
      );
    }
  });
});
