/** Our side of the comparison, forward. */
import type { Gpu } from '../../src/gpu/device.ts';
import { run } from '../../src/gpu/program.ts';
import { createNetwork, fewImages } from '../../src/network/network.ts';
import type { Parameters } from '../../src/network/parameters.ts';
import { inputsOf, type Case, type Measured } from './peer-case.ts';
import { fewSamples, sampleProgram } from '../sampling/sampling.ts';
import { paddedBatch, asBatch, fromBatch } from '../kernels/padded-batch.ts';
import { runTimes } from '../sampling/run-once.ts';
import { throughputOf } from '../sampling/throughput.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

export async function ownForward(
  gpu: Gpu,
  monitor: LoadMonitor,
  parameters: Parameters,
  work: Case,
): Promise<Measured> {
  const { architecture, images } = work;
  const batch = paddedBatch(images);
  const network = await createNetwork(gpu, architecture, parameters, {
    batch,
    ...fewImages(images, batch),
  });
  gpu.write(network.input, asBatch(inputsOf(work), images, batch));
  run(gpu, network.forward);
  const all = new Float32Array(await gpu.read(network.logits, 4 * network.classes * batch));
  const logits = fromBatch(all, images, batch);
  const sample = await sampleProgram(gpu, monitor, [network.forward], fewSamples);
  const flight = await throughputOf(monitor, images, sample, (times) =>
    runTimes(gpu, [network.forward], times),
  );
  const { flops } = network.forward;
  network.destroy();
  return {
    case: work,
    engine: 'own',
    adapter: gpu.adapter.name,
    sample,
    flight,
    flops,
    logits,
    gradients: [],
  };
}
