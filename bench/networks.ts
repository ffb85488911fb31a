/** Networks as a whole: forward, forward with the gradient to the input, a training step; the memory that they take. */
import type { Gpu } from '../src/gpu/device.ts';
import { lenet } from '../src/models/lenet.ts';
import { lenetDescent } from '../src/models/training.ts';
import { caffenet } from '../src/models/caffenet.ts';
import { createNetwork, deviceBytes, fewImages, type Network } from '../src/nn/network.ts';
import { denseStorages } from '../src/nn/parameters.ts';
import { uploadParameters } from '../src/nn/upload.ts';
import { initialWeights } from '../src/nn/trainer.ts';
import { benchAscent } from './ascent.ts';
import type { Breakdown } from './breakdown.ts';
import { withBreakdown } from './network-breakdown.ts';
import { benchTrainingStep } from './own-training-step.ts';
import { measureFunctions } from './peaks.ts';
import { benchRendering } from './rendering.ts';
import { slotsFor } from './slots.ts';
import { spreadWeights } from './spread-weights.ts';
import { sampleProgram, type Sample } from './sampling.ts';
import type { Timeline } from './trace.ts';
import { inVisits, mostVisits, ofVisit, type Visited, type VisitOutput } from './visits.ts';
import type { Watch } from './watch.ts';

export interface NetworkRow extends Visited, Partial<Breakdown> {
  readonly work: string;
  readonly batch: number;
  readonly adapter: string;
  readonly imagesPerSecond: number;
  /** Absent where it is not products and sums that take the time. */
  readonly gflops?: number;
  /** Of CPPNs: values of nodes at pixels. */
  readonly nodesPerSecond?: number;
  /** `nodesPerSecond` as a share of the sines and exponentials that the adapter makes a second. */
  readonly ofFunctions?: number;
  /** Bytes on the device, weights included. */
  readonly deviceBytes?: number;
}

/** @param record gets the dispatches of a submission of each network that is broken down */
export async function benchNetworks(
  gpu: Gpu,
  watch: Watch,
  output: VisitOutput<NetworkRow>,
  record: (timeline: Timeline) => void,
): Promise<void> {
  const { kind } = gpu.adapter;
  let functions: Promise<number> | undefined;
  await inVisits<NetworkRow>(
    kind,
    async (visit, show) => {
      console.log(`networks: visit ${String(visit)}${kind === 'gpu' ? '' : ` of ${String(mostVisits)}`} …`);
      const finish = async (row: NetworkRow, network: Network) => {
        show(visit > 1 ? row : await withBreakdown(gpu, row, network, record));
      };
      await visitLeNet(gpu, watch, show, finish);
      await visitAlexNet(gpu, watch, finish);
      functions ??= measureFunctions(gpu, watch);
      await benchRendering(gpu, watch, await functions, show);
      await benchAscent(gpu, watch, ({ network, batch, gigaflops, ...timed }) => {
        const work = `${network} ascent iteration (picture, view, both passes, records, step)`;
        show(row(work, batch, gpu, timed, 1e9 * gigaflops));
      });
    },
    atMedian,
    output,
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

/** Shows a row, with the times of every dispatch on the first visit. */
type Finish = (row: NetworkRow, network: Network) => Promise<void>;

async function visitLeNet(
  gpu: Gpu,
  watch: Watch,
  show: (row: NetworkRow) => void,
  finish: Finish,
): Promise<void> {
  const architecture = lenet();
  const parameters = await uploadParameters(
    gpu,
    architecture,
    initialWeights(architecture, 1),
    'initial weights',
  );
  for (const batch of [4, 200, 1000]) {
    const network = await createNetwork(gpu, architecture, parameters, { batch });
    const { forward } = network;
    const sample = await sampleProgram(gpu, watch, [forward], ofVisit);
    await finish(row('LeNet forward', batch, gpu, sample, forward.flops), network);
    network.destroy();
  }
  const both = await createNetwork(gpu, architecture, parameters, {
    batch: 200,
    gradients: { input: true, parameters: false },
  });
  const sample = await sampleProgram(gpu, watch, [both.forward, both.backward], ofVisit);
  const flops = both.forward.flops + both.backward.flops;
  await finish(row('LeNet forward + gradient to the input', 200, gpu, sample, flops), both);
  both.destroy();
  for (const buffer of parameters.values()) buffer.destroy();
  show(await trainingStep(gpu, watch));
}

async function visitAlexNet(gpu: Gpu, watch: Watch, finish: Finish): Promise<void> {
  const architecture = caffenet(1000);
  const weights = spreadWeights(architecture);
  for (const denseStorage of denseStorages) {
    const suffix = denseStorage === 'f32' ? '' : ', dense weights as halves';
    const parameters = await uploadParameters(gpu, architecture, weights, 'spread weights', denseStorage);
    for (const [passes, input, counts] of [
      ['forward', false, [1, 2, 4, 8, 16, 32]],
      ['forward + gradient to the input', true, [1, 2, 4, 8, 16]],
    ] as const) {
      for (const images of counts) {
        const gradients = { input, parameters: false };
        const options = {
          batch: slotsFor(images),
          ...fewImages(images, slotsFor(images)),
          denseStorage,
          gradients,
        };
        const network = await createNetwork(gpu, architecture, parameters, options);
        const { forward, backward } = network;
        const sample = await sampleProgram(gpu, watch, [forward, backward], ofVisit);
        const { total } = deviceBytes(gpu, architecture, options);
        const flops = forward.flops + backward.flops;
        const plain = {
          ...row(`AlexNet ${passes}${suffix}`, images, gpu, sample, flops),
          deviceBytes: total,
        };
        await finish(plain, network);
        network.destroy();
      }
    }
    for (const buffer of parameters.values()) buffer.destroy();
  }
}

async function trainingStep(gpu: Gpu, watch: Watch): Promise<NetworkRow> {
  const architecture = lenet();
  const weights = initialWeights(architecture, 1);
  const parameters = await uploadParameters(gpu, architecture, weights, 'initial weights');
  const { batch } = lenetDescent;
  const work = { network: 'LeNet', architecture, weights, pass: 'training step', images: batch } as const;
  const { sample, flops } = await benchTrainingStep(gpu, watch, parameters, work);
  for (const buffer of parameters.values()) buffer.destroy();
  return row('LeNet training step', batch, gpu, sample, flops);
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
