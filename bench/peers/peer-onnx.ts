/** ONNX Runtime: its WebGPU provider is a peer on the same adapter, its CPU provider the bar of a machine without a GPU. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { onnxModel } from './onnx-network.ts';
import { inputsOf, type Case, type Measured } from './peer-case.ts';
import { fewSamples, sampleRuns } from '../sampling/sampling.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

/** It has no training here, so it goes forward only. */
export async function onnxForward(
  monitor: LoadMonitor,
  work: Case,
  provider: 'cpu' | 'webgpu',
  adapter: string,
): Promise<Measured> {
  const session = await InferenceSession.create(onnxModel(work.architecture, work.weights), {
    executionProviders: [provider],
    logSeverityLevel: 3,
  });
  const feeds = {
    input: new Tensor('float32', inputsOf(work), [work.images, ...work.architecture.input]),
  };
  let logits = new Float32Array();
  const once = async () => {
    const start = performance.now();
    const result = await session.run(feeds);
    const milliseconds = performance.now() - start;
    logits = Float32Array.from(result['logits']?.data as Float32Array);
    return milliseconds;
  };
  // One untimed run is enough to compile, and some peers take half a minute for each.
  const sample = await sampleRuns(monitor, once, fewSamples, 1);
  await session.release();
  return { case: work, engine: `onnxruntime-${provider}`, adapter, sample, logits, gradients: [] };
}
