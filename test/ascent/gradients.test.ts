/** The gradient of every kind of objective, from pictures' bytes to the image's gradient, against doubles. */
import { expect, test } from 'vitest';
import { Optimiser } from '../../src/ascent/optimiser/optimiser.ts';
import type { Objective } from '../../src/ascent/objective/objective.ts';
import { parseObjective } from '../../src/ascent/objective/parse-objective.ts';
import { createParametrisation } from '../../src/ascent/parametrisation/create.ts';
import { createObjectiveGraph } from '../../src/ascent/objective-graph.ts';
import type { Model } from '../../src/model/model.ts';
import { extents, volume } from '../../src/network/layer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { tinyModel } from '../evolution/tiny-run.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose } from '../kernels/numbers.ts';
import { referenceGradients } from '../network/reference-gradients.ts';
import { referenceActivations } from '../network/reference-network.ts';
import { plainClimb, tinyAscentSettings } from './tiny-ascent.ts';

/** Objectives side by side in one batch, each a kind of its own. */
const texts = [
  'probability:2',
  'logit:1',
  'log-probability:0',
  'logit:3 - 0.5 * log-probability:1 + 2 * probability:0',
  'conv1:4,2,1',
  'pool1:2',
  'logit:4 - 0.25 * conv1:3 + 0.1 * relu1:1,0,2',
];

/** An objective's value for one input, and its slopes along what the layers make, by name of the layer. */
function judged({ architecture, weights }: Model, { terms }: Objective, input: ArrayLike<number>) {
  const activations = referenceActivations(architecture, weights, input);
  const shapes = extents(architecture);
  const logits = activations.at(-1)!;
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  const probabilities = powers.map((power) => power / sum);
  const upstream = Object.fromEntries(
    architecture.layers.map(({ name }, place) => [name, new Float64Array(activations[place]!.length)]),
  );
  let value = 0;
  for (const term of terms) {
    if (term.of === 'unit') {
      const place = architecture.layers.findIndex(({ name }) => name === term.layer);
      const [, height, width] = shapes[place + 1]!;
      const plane = height * width;
      const first = term.channel * plane;
      const among = term.place
        ? [first + term.place[1] * width + term.place[0]]
        : Array.from({ length: plane }, (_, index) => first + index);
      for (const index of among) {
        value += (term.weight * activations[place]![index]!) / among.length;
        upstream[term.layer]![index]! += term.weight / among.length;
      }
      continue;
    }
    const probability = probabilities[term.class]!;
    const isWanted = (index: number) => (index === term.class ? 1 : 0);
    const [measured, slope] = {
      logit: [logits[term.class]!, isWanted],
      'log-probability': [Math.log(probability), (index: number) => isWanted(index) - probabilities[index]!],
      probability: [probability, (index: number) => probability * (isWanted(index) - probabilities[index]!)],
    }[term.of] as [number, (index: number) => number];
    value += term.weight * measured;
    const last = upstream[architecture.layers.at(-1)!.name]!;
    last.forEach((_, index) => (last[index]! += term.weight * slope(index)));
  }
  return { value, upstream };
}

const models: [string, Model][] = [
  ['gray', tinyModel([1, 12, 12])],
  [
    'blue first',
    ((model) => ({ ...model, preprocessing: { ...model.preprocessing, channelOrder: 'bgr' as const } }))(
      tinyModel([3, 12, 12]),
    ),
  ],
];

test.each(models)('of a network that sees %s', async (_, model) => {
  const gpu = await openTestGpu();
  const objectives = texts.map((text) => parseObjective(text, model));
  const settings = {
    ...tinyAscentSettings,
    objectives,
    batch: 8,
    start: { from: 'gaussian', size: 40 } as const,
  };
  const parameters = await uploadParameters(gpu, model.architecture, model.weights, 'tiny');
  const graph = await createObjectiveGraph(gpu, model, parameters, settings);
  const parametrisation = await createParametrisation(graph, settings, objectives);
  const optimiser = await Optimiser.create(graph, {
    settings,
    climb: plainClimb,
    objectives,
    parametrisation,
  });
  const [iteration] = await optimiser.climb(0, 1);
  const gradient = new Float32Array(await gpu.read(graph.buffers.imageGradient));
  const { image, mean, scale } = model.preprocessing;
  const [channels, height, width] = image;
  const plane = height * width;
  for (const [lane, objective] of objectives.entries()) {
    const picture = await optimiser.picture('last', lane);
    const input = Float64Array.from({ length: volume(image) }, (__, index) => {
      const channel = Math.floor(index / plane);
      const byte = picture[(channels - 1 - channel) * plane + (index % plane)]!;
      return (byte - mean[index]!) * scale[0]!;
    });
    const { value, upstream } = judged(model, objective, input);
    expectClose([iteration!.value[lane]!], [value], { atol: 1e-4, rtol: 1e-4 });
    const slopes = referenceGradients(model.architecture, model.weights, input, upstream).input;
    const expected = [...slopes].map((slope) => slope * scale[0]!);
    const found = expected.map((__, index) => gradient[index * 8 + lane]!);
    const factor = slopeOf(found, expected);
    // Where all begins at the logits, the buffer holds the gradient divided by a power of two.
    expect(factor, objective.name).toBeCloseTo(1, 2);
    expectClose(found, expected, { atol: 1e-6, rtol: 2e-3 });
    const norm = Math.hypot(...expected);
    expectClose([iteration!.gradientNorm[lane]!], [norm], { atol: 1e-7, rtol: 2e-3 });
    expectClose([iteration!.inputNorm[lane]!], [Math.hypot(...input) / Math.sqrt(input.length)], {
      atol: 1e-5,
      rtol: 1e-4,
    });
  }
  optimiser.destroy();
  graph.destroy();
});

function slopeOf(found: readonly number[], expected: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, x, index) => sum + x * b[index]!, 0);
  return dot(found, expected) / dot(expected, expected);
}
