/** Our training step as `fool train` does it: images to inputs, forward, loss, backward, update; one submission. */
import type { Gpu } from '../../src/gpu/device.ts';
import { padPlanes } from '../../src/image/image-layout.ts';
import { lenetDescent } from '../../src/model/training/training.ts';
import { extents } from '../../src/network/layer.ts';
import type { Parameters } from '../../src/network/parameters.ts';
import { createTrainer, type Trainer } from '../../src/network/trainer.ts';
import { downloadParameters } from '../../src/network/upload.ts';
import {
  bytesOf,
  momentum,
  parameterNames,
  targetsOf,
  trainingRate,
  type Case,
  type Measured,
} from '../peers/peer-case.ts';
import { fewSamples, sampleRuns, type Sample, type SamplingLimits } from '../sampling/sampling.ts';
import { fromBatch } from '../kernels/padded-batch.ts';
import { perRepetition } from '../sampling/repetitions.ts';
import { throughputOf, type Throughput } from '../sampling/throughput.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

/** @param parameters changed by the steps */
export async function ownTrainingStep(
  gpu: Gpu,
  monitor: LoadMonitor,
  parameters: Parameters,
  work: Case,
): Promise<Measured> {
  const { architecture, images } = work;
  const trainer = await trainerOf(gpu, parameters, work);
  const { network } = trainer;
  trainer.step(allOf(work), trainingRate);
  const logits = new Float32Array(await gpu.read(network.logits, 4 * network.classes * images));
  const slopes = await downloadParameters(gpu, architecture, network.parameterGradients);
  const gradients = parameterNames(architecture).map((name) => slopes.get(name)?.data ?? new Float32Array());
  const { sample, flight, flops } = await sampleSteps(gpu, monitor, trainer, work, fewSamples);
  network.destroy();
  const answer = { logits: fromBatch(logits, images, images), gradients };
  return { case: work, engine: 'own', adapter: gpu.adapter.name, sample, flight, flops, ...answer };
}

/** Times of steps without a look at their answer. */
export async function benchTrainingStep(
  gpu: Gpu,
  monitor: LoadMonitor,
  parameters: Parameters,
  work: Case,
): Promise<{ sample: Sample; flight: Throughput | undefined; flops: number }> {
  const trainer = await trainerOf(gpu, parameters, work);
  const measured = await sampleSteps(gpu, monitor, trainer, work, perRepetition);
  trainer.network.destroy();
  return measured;
}

async function sampleSteps(
  gpu: Gpu,
  monitor: LoadMonitor,
  trainer: Trainer,
  work: Case,
  limits: SamplingLimits,
) {
  const chosen = allOf(work);
  const submit = async (times: number) => {
    for (let step = 0; step < times; step++) trainer.step(chosen, trainingRate);
    await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
    gpu.check();
  };
  const once = async () => {
    const start = performance.now();
    await submit(1);
    return performance.now() - start;
  };
  const { forward, loss, backward } = trainer.network;
  const flops = forward.flops + (loss?.program.flops ?? 0) + backward.flops;
  const sample = await sampleRuns(monitor, once, limits, 2);
  return { sample, flight: await throughputOf(monitor, work.images, sample, submit), flops };
}

function trainerOf(gpu: Gpu, parameters: Parameters, work: Case): Promise<Trainer> {
  const { architecture, images } = work;
  const [channels, height, width] = architecture.input;
  const [classes = 0] = extents(architecture).at(-1) ?? [];
  const data = {
    images: padPlanes(bytesOf(work), height * width),
    targets: Uint8Array.from(targetsOf(work, classes)),
    count: images,
  };
  const shape = {
    channels,
    imageHeight: height,
    imageWidth: width,
    height,
    width,
    batch: images,
    views: 1,
    resize: false,
    reverseChannels: false,
    scale: Array.from({ length: channels }, () => 1 / 256),
  };
  const mean = new Float32Array(channels * height * width);
  const descent = { ...lenetDescent, batch: images, momentum, decay: 0 };
  return createTrainer(gpu, architecture, parameters, data, shape, mean, descent, 1);
}

const allOf = ({ images }: Case): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: images }, (_, image) => image);
