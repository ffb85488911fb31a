/**
 * TensorFlow.js on the same adapter, through the same Dawn. It is handed a device of ours instead of asking for its own:
 * that device notes every validation error, which TensorFlow.js would only log before it goes on with zeros.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Gpu } from '../src/gpu/device.ts';
import { inputsOf, rate, targetsOf, type Case, type Measured } from './peer-case.ts';
import { fewSamples, sampleRuns } from './sampling.ts';
import { tfjsNetwork } from './tfjs-network.ts';

/** A step: log softmax's value of each image's target, its gradient by `tf.grad`, x + rate · gradient. */
export async function tfjsAscentStep(gpu: Gpu, work: Case): Promise<Measured> {
  const backend = await startBackend(gpu);
  try {
    const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
    const mostBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    const { architecture, weights, images } = work;
    const network = tfjsNetwork(architecture, weights, mostBytes);
    const [channels, height, width] = architecture.input;
    const shape = [images, channels, height, width] as const;
    let x = tf.tidy(() => tf.transpose(tf.tensor4d(inputsOf(work), [...shape]), [0, 2, 3, 1]));
    const read = async (tensor: tf.Tensor) => (await gpu.wait(tensor.data())) as Float32Array;

    const logits = tf.tidy(() => network(x));
    const answer = { logits: await read(logits) };
    const classes = logits.size / images;
    const chosen = tf.oneHot(tf.tensor1d(Array.from(targetsOf(work, classes)), 'int32'), classes);
    const slope = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(tf.logSoftmax(network(at)), chosen)));
    const gradient = await read(tf.tidy(() => tf.transpose(slope(x), [0, 3, 1, 2])));
    const moved = (along: tf.Tensor) => tf.add<tf.Tensor4D>(x, tf.mul(along, rate));
    tf.tidy(() => void moved(x)); // compiles the one thing that has not run yet
    gpu.check();

    const once = async () => {
      const start = performance.now();
      const next = tf.tidy(() => moved(slope(x)));
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.submitQueue();
      await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
      gpu.check();
      const milliseconds = performance.now() - start;
      x.dispose();
      x = next;
      return milliseconds;
    };
    const sample = await sampleRuns(once, fewSamples, 0);
    return { case: work, engine: 'tfjs-webgpu', adapter: gpu.adapter.name, sample, ...answer, gradient };
  } finally {
    tf.removeBackend('webgpu');
  }
}

async function startBackend(gpu: Gpu): Promise<WebGPUBackend> {
  // It looks whether there is WebGPU, and takes the device it is given.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: true }, configurable: true });
  const { vendor, architecture } = gpu.device.adapterInfo;
  const backend = new WebGPUBackend(gpu.device, { vendor, architecture } as GPUAdapterInfo);
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  return backend;
}
