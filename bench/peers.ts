/**
 * AlexNet beside ONNX Runtime on the same adapter, the same weights and the same images: its WebGPU provider is the peer,
 * its CPU provider the upper bar of a machine without a GPU. Answers are compared before times are.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Gpu } from '../src/gpu/device.ts';
import { run } from '../src/gpu/program.ts';
import { messageOf } from '../src/message-of.ts';
import { caffenet } from '../src/models/caffenet.ts';
import { volume } from '../src/nn/layer.ts';
import { createNetwork } from '../src/nn/network.ts';
import { uploadParameters } from '../src/nn/upload.ts';
import { onnxModel } from '../test/models/onnx-network.ts';
import { asSlots, fromSlots } from '../test/nn/slots.ts';
import { slotsFor } from './networks.ts';
import { fewSamples, sampleProgram, sampleRuns, type Sample } from './sampling.ts';
import { spreadWeights } from './spread-weights.ts';

export interface PeerRow extends Sample {
  readonly work: string;
  readonly batch: number;
  readonly engine: 'own' | 'onnxruntime-webgpu' | 'onnxruntime-cpu';
  readonly adapter: string;
  readonly imagesPerSecond: number;
  /** Whether the logits are those of ONNX Runtime's CPU provider, within a thousandth of their range. */
  readonly agrees: boolean;
}

const work = 'AlexNet forward';
const batches = [1, 8, 16] as const;
const architecture = caffenet(1000);
const imageSize = volume(architecture.input);

/** The first images of an endless series, [images, channels, height, width]. */
function inputsOf(images: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: images * imageSize },
    (_, index) => ((index * 48_271) % 8191) / 32 - 128,
  );
}

interface Answered {
  readonly row: Omit<PeerRow, 'agrees'>;
  /** [images, classes]. */
  readonly logits: Float32Array;
}

/** Measures our engine, gives the device back, then measures the peers on what it was made of. */
export async function benchPeers(gpu: Gpu, show: (row: PeerRow) => void): Promise<void> {
  const weights = spreadWeights(architecture);
  const adapter = gpu.adapter.name;
  const own: Answered[] = [];
  const parameters = await uploadParameters(gpu, architecture, weights, 'spread weights');
  for (const batch of batches) own.push(await ownForward(gpu, parameters, batch));
  gpu.close();
  const model = onnxModel(architecture, weights);
  const cpu = await peer(model, 'cpu', 'onnxruntime-cpu', 'cpu');
  const webgpu = await peer(model, 'webgpu', 'onnxruntime-webgpu', adapter).catch((error: unknown) => {
    console.log(`onnxruntime-webgpu does not run here: ${messageOf(error)}`);
    return [];
  });
  for (const answered of [...own, ...webgpu, ...cpu]) {
    const reference = cpu.find(({ row }) => row.batch === answered.row.batch)?.logits;
    show({ ...answered.row, agrees: reference !== undefined && agree(answered.logits, reference) });
  }
}

async function ownForward(
  gpu: Gpu,
  parameters: Awaited<ReturnType<typeof uploadParameters>>,
  batch: number,
): Promise<Answered> {
  const slots = slotsFor(batch);
  const network = await createNetwork(gpu, architecture, parameters, { batch: slots });
  gpu.write(network.input, asSlots(inputsOf(batch), batch, slots));
  run(gpu, network.forward);
  const all = new Float32Array(await gpu.read(network.logits, 4 * network.classes * slots));
  const logits = fromSlots(all, batch, slots);
  const sample = await sampleProgram(gpu, [network.forward], fewSamples);
  network.destroy();
  return { row: rowOf('own', gpu.adapter.name, batch, sample), logits };
}

async function peer(
  model: Uint8Array,
  provider: 'cpu' | 'webgpu',
  engine: PeerRow['engine'],
  adapter: string,
): Promise<Answered[]> {
  const session = await InferenceSession.create(model, {
    executionProviders: [provider],
    logSeverityLevel: 3,
  });
  const answers: Answered[] = [];
  for (const batch of batches) {
    const feeds = { input: new Tensor('float32', inputsOf(batch), [batch, ...architecture.input]) };
    let logits = new Float32Array();
    const once = async () => {
      const start = performance.now();
      const result = await session.run(feeds);
      const milliseconds = performance.now() - start;
      logits = Float32Array.from(result['logits']?.data as Float32Array);
      return milliseconds;
    };
    // One untimed run is enough to compile, and some peers take half a minute for each.
    const sample = await sampleRuns(once, fewSamples, 1);
    answers.push({ row: rowOf(engine, adapter, batch, sample), logits });
  }
  await session.release();
  return answers;
}

function rowOf(engine: PeerRow['engine'], adapter: string, batch: number, sample: Sample) {
  return { work, batch, engine, adapter, ...sample, imagesPerSecond: (1e3 * batch) / sample.medianMs };
}

function agree(found: Float32Array, reference: Float32Array): boolean {
  const range = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return found.every((value, index) => Math.abs(value - (reference[index] ?? NaN)) <= 1e-3 * range);
}
