/** Whole iterations of gradient ascent as `fool ascend` does them: picture, view, both passes, records, step. */
import { Optimiser } from '../../src/ascent/optimiser/optimiser.ts';
import { createParametrisation } from '../../src/ascent/parametrisation/create.ts';
import { classObjectives } from '../../src/ascent/objective/parse-objective.ts';
import { presets } from '../../src/ascent/optimiser/presets.ts';
import type { AscentSettings } from '../../src/ascent/settings.ts';
import { createObjectiveGraph } from '../../src/ascent/objective-graph.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { usualLabels } from '../../src/model/architectures/index.ts';
import { caffenet } from '../../src/model/architectures/caffenet.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import type { Model } from '../../src/model/model.ts';
import { flatMean } from '../../src/model/preprocessing.ts';
import type { Architecture, Extent } from '../../src/network/layer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import type { Parameters } from '../../src/network/parameters.ts';
import type { AscentWork, NetworkName } from './network-works.ts';
import { sampleRuns, type Sample } from '../sampling/sampling.ts';
import { paddedBatch } from '../kernels/padded-batch.ts';
import { syntheticWeights } from './synthetic-weights.ts';
import { throughputOf, type Throughput } from '../sampling/throughput.ts';
import { perRepetition } from '../sampling/repetitions.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

const models: Readonly<Record<NetworkName, () => Model>> = {
  LeNet: () => modelOf(lenet(), [1, 28, 28], 1 / 256),
  AlexNet: () => modelOf(caffenet(1000), [3, 256, 256], 1),
};

interface AscentSample extends Sample {
  /** Operations of a whole iteration on the device. */
  readonly gigaflops: number;
  /** Of iterations that are one submission with one read-back, as `fool ascend` makes them. */
  readonly flight: Throughput | undefined;
}

/** @param show gets a sample of each work */
export async function benchAscent(
  gpu: Gpu,
  monitor: LoadMonitor,
  works: readonly AscentWork[],
  show: (work: AscentWork, sample: AscentSample) => void,
): Promise<void> {
  for (const network of new Set(works.map((work) => work.network))) {
    const model = models[network]();
    const parameters = await uploadParameters(gpu, model.architecture, model.weights, model.name);
    for (const work of works.filter((one) => one.network === network)) {
      show(work, await sampleIterations(gpu, monitor, model, parameters, work.batch));
    }
    parameters.destroy();
  }
}

async function sampleIterations(
  gpu: Gpu,
  monitor: LoadMonitor,
  model: Model,
  parameters: Parameters,
  images: number,
): Promise<AscentSample> {
  const { climb, measure } = presets.default;
  const classes = model.labels.length;
  const settings: AscentSettings = {
    objectives: Array.from({ length: images }, (_, image) => {
      const [objective] = classObjectives([image % classes], measure, [], model);
      if (!objective) throw new Error('no objective');
      return objective;
    }),
    steps: 1,
    seed: 1,
    start: { from: 'gaussian', size: 1 },
    parametrisation: { kind: 'pixel' },
    trials: [{ name: 'default', climb }],
    batch: paddedBatch(images),
  };
  const graph = await createObjectiveGraph(gpu, model, parameters, settings);
  const { objectives } = settings;
  const parametrisation = await createParametrisation(graph, settings, objectives);
  const optimiser = await Optimiser.create(graph, { settings, climb, objectives, parametrisation });
  const sample = await sampleRuns(
    monitor,
    async () => {
      const start = performance.now();
      await optimiser.climb(0, 1);
      return performance.now() - start;
    },
    perRepetition,
    2,
  );
  const flight = await throughputOf(monitor, images, sample, async (times) => {
    await optimiser.climb(0, times);
  });
  const gigaflops = graph.see.reduce((sum, { flops }) => sum + flops, 0) / 1e9;
  optimiser.destroy();
  graph.destroy();
  return { ...sample, gigaflops, flight };
}

function modelOf(architecture: Architecture, image: Extent, scale: number): Model {
  return {
    name: architecture.name,
    architecture,
    weights: syntheticWeights(architecture),
    preprocessing: {
      image,
      crop: architecture.input[1],
      mean: flatMean([image[0] === 1 ? 0 : 117], image),
      scale: Array.from({ length: image[0] }, () => scale),
      channelOrder: image[0] === 1 ? 'gray' : 'bgr',
    },
    labels: usualLabels(architecture.name, image[0] === 1 ? 10 : 1000),
    card: {},
  };
}
