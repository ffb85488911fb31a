/** Networks as a whole: forward, forward with the gradient to the input, a training step; the memory that they take. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Program } from '../../src/gpu/program.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { caffenet } from '../../src/model/architectures/caffenet.ts';
import { createNetwork, deviceBytes, fewImages, type Network } from '../../src/network/network.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { denseStorages, type DenseStorage, type Parameters } from '../../src/network/parameters.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { benchAscent } from './ascent.ts';
import { withBreakdown } from './network-breakdown.ts';
import { runTimes } from '../sampling/run-once.ts';
import { throughputOf } from '../sampling/throughput.ts';
import { messageOf } from '../../src/util/message-of.ts';
import { DeviceLostError, GpuError, KernelError } from '../../src/gpu/errors.ts';
import type { NetworkRow } from './network-row.ts';
import { benchTrainingStep } from './own-training-step.ts';
import type { NetworkName, NetworkWork, PassWork, TrainingWork } from './network-works.ts';
import { benchRendering } from './rendering.ts';
import { paddedBatch } from '../kernels/padded-batch.ts';
import { syntheticWeights } from './synthetic-weights.ts';
import { sampleProgram, type Sample } from '../sampling/sampling.ts';
import type { Timeline } from '../sampling/trace.ts';
import { inRepetitions, perRepetition, type RepetitionOutput } from '../sampling/repetitions.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

export interface NetworkOutput extends RepetitionOutput<NetworkRow> {
  /** Called before each repetition, and after each row with the number of its rows so far. */
  readonly progress: (visit: number, done: number) => void;
  /** Gets what does not fit this device. */
  readonly leftOut: (line: string) => void;
  /** Gets the dispatches of a submission of each network that is broken down. */
  readonly record: (timeline: Timeline) => void;
}

export interface NetworkPlan {
  readonly works: readonly NetworkWork[];
  /** Repetitions of each; default: by the kind of adapter. */
  readonly visits?: number | undefined;
  /** Sines and exponentials that the adapter makes a second, asked for where CPPNs are drawn. */
  readonly functions: () => Promise<number>;
}

/** Measures all works in their order, in several repetitions. */
export async function benchNetworks(
  gpu: Gpu,
  monitor: LoadMonitor,
  { works, visits, functions }: NetworkPlan,
  { keep, show, progress, leftOut, record }: NetworkOutput,
): Promise<void> {
  const drawn = works.filter((work) => work.kind === 'rendering');
  const climbed = works.filter((work) => work.kind === 'ascent');
  const training = works.find((work) => work.kind === 'training');
  await inRepetitions<NetworkRow>(
    gpu.adapter.kind,
    async (visit, showRow) => {
      let done = 0;
      const showNext = (shown: NetworkRow) => {
        showRow(shown);
        progress(visit, ++done);
      };
      const finish = async (shown: NetworkRow, network: Network, programs: readonly Program[]) => {
        if (visit > 1) {
          showNext(shown);
          return;
        }
        const flight = await throughputOf(monitor, shown.batch, shown, (times) =>
          runTimes(gpu, programs, times),
        );
        showNext(await withBreakdown(gpu, { ...shown, ...flight }, network, record));
      };
      progress(visit, 0);
      const skip = visit > 1 ? () => undefined : leftOut;
      await measurePasses(gpu, monitor, works, 'LeNet', finish, skip);
      if (training) showNext(await trainingStep(gpu, monitor, training));
      await measurePasses(gpu, monitor, works, 'AlexNet', finish, skip);
      if (drawn.length > 0) await benchRendering(gpu, monitor, drawn, await functions(), showNext);
      await benchAscent(gpu, monitor, climbed, ({ work, batch }, { gigaflops, flight, ...sample }) => {
        showNext({ ...row(work, batch, gpu, sample, 1e9 * gigaflops), ...flight });
      });
    },
    atMedian,
    { keep, show },
    visits,
  );
}

/** Its rates were those of its own median. */
function atMedian(first: NetworkRow, sample: Sample): NetworkRow {
  const { imagesPerSecond, gflops, nodesPerSecond, ofFunctions } = first;
  const faster = first.medianMs / sample.medianMs;
  return {
    ...first,
    ...sample,
    imagesPerSecond: faster * imagesPerSecond,
    ...(gflops !== undefined && { gflops: faster * gflops }),
    ...(nodesPerSecond !== undefined && { nodesPerSecond: faster * nodesPerSecond }),
    ...(ofFunctions !== undefined && { ofFunctions: faster * ofFunctions }),
  };
}

/** Shows a row, with the times of every dispatch in the first repetition. */
type Finish = (row: NetworkRow, network: Network, programs: readonly Program[]) => Promise<void>;

async function measurePasses(
  gpu: Gpu,
  monitor: LoadMonitor,
  all: readonly NetworkWork[],
  network: NetworkName,
  finish: Finish,
  leftOut: (line: string) => void,
): Promise<void> {
  for (const denseStorage of denseStorages) {
    const works = all.filter(
      (work) => work.kind === 'pass' && work.network === network && work.denseStorage === denseStorage,
    );
    if (works.length > 0)
      await measureStored(gpu, monitor, works as PassWork[], network, denseStorage, finish, leftOut);
  }
}

const architectures = {
  LeNet: () => lenet(),
  AlexNet: () => caffenet(1000),
} as const satisfies Record<NetworkName, () => Architecture>;

async function measureStored(
  gpu: Gpu,
  monitor: LoadMonitor,
  works: readonly PassWork[],
  name: NetworkName,
  denseStorage: DenseStorage,
  finish: Finish,
  leftOut: (line: string) => void,
): Promise<void> {
  const architecture = architectures[name]();
  const weights = name === 'LeNet' ? initialWeights(architecture, 1) : syntheticWeights(architecture);
  const parameters = await uploadParameters(gpu, architecture, weights, 'weights of the bench', denseStorage);
  for (const work of works) {
    try {
      await measurePass(gpu, monitor, architecture, parameters, work, finish);
    } catch (error) {
      // A large batch may exceed what the adapter binds, or its memory.
      const remains = error instanceof DeviceLostError || error instanceof KernelError;
      if (!(error instanceof GpuError) || remains) throw error;
      gpu.forgetFailure();
      leftOut(`${work.work}, batch ${String(work.batch)} is left out here: ${messageOf(error)}`);
    }
  }
  parameters.destroy();
}

async function measurePass(
  gpu: Gpu,
  monitor: LoadMonitor,
  architecture: Architecture,
  parameters: Parameters,
  { work, batch, gradient, denseStorage }: PassWork,
  finish: Finish,
): Promise<void> {
  const padded = paddedBatch(batch);
  const gradients = { input: gradient, parameters: false };
  const options = { batch: padded, ...fewImages(batch, padded), denseStorage, gradients };
  using network = await createNetwork(gpu, architecture, parameters, options);
  const { forward, backward } = network;
  const programs = gradient ? [forward, backward] : [forward];
  const sample = await sampleProgram(gpu, monitor, programs, perRepetition);
  const { total } = deviceBytes(gpu, architecture, options);
  const plain = row(work, batch, gpu, sample, forward.flops + backward.flops);
  await finish({ ...plain, deviceBytes: total }, network, programs);
}

async function trainingStep(
  gpu: Gpu,
  monitor: LoadMonitor,
  { work: title, batch }: TrainingWork,
): Promise<NetworkRow> {
  const architecture = lenet();
  const weights = initialWeights(architecture, 1);
  const parameters = await uploadParameters(gpu, architecture, weights, 'initial weights');
  const work = { network: 'LeNet', architecture, weights, pass: 'training step', images: batch } as const;
  const { sample, flight, flops } = await benchTrainingStep(gpu, monitor, parameters, work);
  parameters.destroy();
  return { ...row(title, batch, gpu, sample, flops), ...flight };
}

function row(work: string, batch: number, gpu: Gpu, sample: Sample, flops: number): NetworkRow {
  const perSecond = 1e3 / sample.medianMs;
  return {
    work,
    batch,
    adapter: gpu.adapter.name,
    ...sample,
    imagesPerSecond: batch * perSecond,
    gflops: (flops * perSecond) / 1e9,
  };
}
