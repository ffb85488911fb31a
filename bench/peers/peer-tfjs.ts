/**
 * TensorFlow.js on the same adapter, through the same Dawn. It is handed our device and does not ask for one: our device
 * reports every validation error, which TensorFlow.js would only log and then continue with zeros.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Gpu } from '../../src/gpu/device.ts';
import {
  inputsOf,
  momentum,
  parameterNames,
  rate,
  targetsOf,
  trainingRate,
  type Answer,
  type Case,
  type Measured,
} from './peer-case.ts';
import { fewSamples, sampleRuns } from '../sampling/sampling.ts';
import { tfjsNetwork, type TfjsNetwork } from './tfjs-network.ts';
import { throughputOf } from '../sampling/throughput.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

/** What a pass makes of the network: the answer's gradients, then step after step. */
interface Steps {
  readonly gradients: () => Promise<Answer['gradients']>;
  /** Queues one. */
  readonly step: () => void;
}

type Read = (tensor: tf.Tensor) => Promise<Float32Array>;

export async function tfjsMeasure(gpu: Gpu, monitor: LoadMonitor, work: Case): Promise<Measured> {
  const backend = await startBackend(gpu);
  try {
    const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
    const mostBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    const { architecture, weights, images } = work;
    const network = tfjsNetwork(architecture, weights, mostBytes);
    const shape = [images, ...architecture.input] as const;
    const x = tf.tidy(() => tf.transpose(tf.tensor4d(inputsOf(work), [...shape]), [0, 2, 3, 1]));
    const read: Read = async (tensor) => (await gpu.wait(tensor.data())) as Float32Array;

    const logits = tf.tidy(() => network.logitsOf(x));
    const classes = logits.size / images;
    const targets = tf.oneHot(tf.tensor1d(Array.from(targetsOf(work, classes)), 'int32'), classes);
    const logP = (at: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(tf.logSoftmax(network.logitsOf(at)), targets));
    const steps =
      work.pass === 'training step'
        ? trainingSteps(work, network, x, logP, read)
        : ascentSteps(x, logP, read);
    const answer = { logits: await read(logits), gradients: await steps.gradients() };
    gpu.check();

    const submit = async (times: number) => {
      for (let step = 0; step < times; step++) {
        tf.tidy(steps.step);
        backend.ensureCommandEncoderReady();
        backend.endComputePassEncoder();
        backend.submitQueue();
      }
      await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
      gpu.check();
    };
    const once = async () => {
      const start = performance.now();
      await submit(1);
      return performance.now() - start;
    };
    const sample = await sampleRuns(monitor, once, fewSamples, 1);
    const flight = await throughputOf(monitor, images, sample, submit);
    return { case: work, engine: 'tfjs-webgpu', adapter: gpu.adapter.name, sample, flight, ...answer };
  } finally {
    tf.disposeVariables();
    tf.removeBackend('webgpu');
  }
}

/** A step: log softmax's value of each image's target, its gradient by `tf.grad`, x + rate · gradient. */
function ascentSteps(start: tf.Tensor, logP: (at: tf.Tensor) => tf.Scalar, read: Read): Steps {
  const x = tf.variable(start);
  const slope = tf.grad(logP);
  return {
    gradients: async () => [await read(tf.tidy(() => tf.transpose(slope(x), [0, 3, 1, 2])))],
    step: () => {
      x.assign(tf.add(x, tf.mul(slope(x), rate)));
    },
  };
}

/** A step: the loss, its gradients by `tf.variableGrads`, the optimiser with momentum. */
function trainingSteps(
  { architecture, images }: Case,
  { parameters }: TfjsNetwork,
  x: tf.Tensor,
  logP: (at: tf.Tensor) => tf.Scalar,
  read: Read,
): Steps {
  const variables = parameters.map(({ values }) => values);
  const optimiser = tf.train.momentum(trainingRate, momentum);
  const slopes = () => tf.variableGrads(() => tf.div(logP(x), -images), variables).grads;
  return {
    async gradients() {
      const found = tf.tidy(() => {
        const named = slopes();
        return parameterNames(architecture).map((wanted) => {
          const parts = parameters.filter(({ name }) => name === wanted);
          return tf.concat(parts.map(({ values, asInFiles }) => asInFiles(named[values.name]!)));
        });
      });
      return Promise.all(found.map(read));
    },
    step: () => {
      optimiser.applyGradients(Object.entries(slopes()).map(([name, tensor]) => ({ name, tensor })));
    },
  };
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
