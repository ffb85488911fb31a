/** Our step of gradient ascent: forward, d log p / d logits, backward, x ← x + rate · d log p / d x; one submission. */
import { uniformUsage, type Gpu } from '../../src/gpu/device.ts';
import { Program, bind } from '../../src/gpu/program.ts';
import { sgd } from '../../src/kernels/layers/sgd.ts';
import { crossEntropy } from '../../src/kernels/layers/softmax.ts';
import { volume } from '../../src/network/layer.ts';
import { createNetwork, fewImages, type Network } from '../../src/network/network.ts';
import type { Parameters } from '../../src/network/parameters.ts';
import { inputsOf, rate, targetsOf, type Case, type Measured } from './peer-case.ts';
import { fewSamples, sampleRuns } from '../sampling/sampling.ts';
import { paddedBatch, asBatch, fromBatch } from '../kernels/padded-batch.ts';
import { runTimes } from '../sampling/run-once.ts';
import { throughputOf } from '../sampling/throughput.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

export async function ownAscentStep(
  gpu: Gpu,
  monitor: LoadMonitor,
  parameters: Parameters,
  work: Case,
): Promise<Measured> {
  const { architecture, images } = work;
  const batch = paddedBatch(images);
  const gradients = { input: true, parameters: false };
  const options = { batch, ...fewImages(images, batch), gradients };
  const network = await createNetwork(gpu, architecture, parameters, options);
  const { input, inputGradient, logits, classes } = network;
  if (!inputGradient) throw new Error('the network has no gradient to its input');
  gpu.write(input, asBatch(inputsOf(work), images, batch));
  const { programs, buffers } = await stepOf(gpu, network, inputGradient, work);
  const once = async () => {
    const start = performance.now();
    await runTimes(gpu, programs, 1);
    return performance.now() - start;
  };
  await once();
  const read = async (buffer: GPUBuffer, values: number) =>
    fromBatch(new Float32Array(await gpu.read(buffer, 4 * values * batch)), images, batch);
  const answer = {
    logits: await read(logits, classes),
    // The kernel's gradient is that of the loss, the mean of −log p.
    gradients: [(await read(inputGradient, volume(architecture.input))).map((value) => -images * value)],
  };
  const sample = await sampleRuns(monitor, once, fewSamples, 1);
  const flight = await throughputOf(monitor, images, sample, (times) => runTimes(gpu, programs, times));
  for (const buffer of buffers) buffer.destroy();
  network.destroy();
  const flops = programs.reduce((sum, program) => sum + program.flops, 0);
  return { case: work, engine: 'own', adapter: gpu.adapter.name, sample, flight, flops, ...answer };
}

async function stepOf(gpu: Gpu, network: Network, inputGradient: GPUBuffer, work: Case) {
  const { forward, backward, input, logits, logitsGradient, classes, batch } = network;
  if (!logitsGradient) throw new Error('the network has no backward pass');
  const values = volume(work.architecture.input) * batch;
  const targets = gpu.buffer('targets', 4 * batch);
  gpu.write(targets, targetsOf(work, classes));
  const loss = gpu.buffer('loss', 4 * batch);
  const velocity = gpu.buffer('velocity', 4 * values);
  // Down the mean of −log p is up log p; the mean divides by the images, the rate multiplies by them.
  const settings = Float32Array.of(rate * work.images, 0, 0, 0);
  const step = gpu.bufferFrom('step', settings, uniformUsage);
  const slope = await bind(gpu, 'slope', crossEntropy(classes, batch, work.images), {
    logits,
    result: logitsGradient,
    targets,
    loss,
  });
  const update = await bind(gpu, 'update', sgd(values), {
    weight: input,
    velocity,
    gradient: inputGradient,
    step,
  });
  const programs = [forward, new Program([slope]), backward, new Program([update])];
  return { programs, buffers: [targets, loss, velocity, step] };
}
