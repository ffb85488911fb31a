/**
 * jax-js on the same adapter, through the same Dawn. It runs in browsers, and in Node as soon as it finds a `navigator.gpu`; ours
 * hands it a device that notes every validation error.
 */
import {
  blockUntilReady,
  defaultDevice,
  grad,
  init,
  jit,
  nn,
  numpy as np,
  tree,
  type Array as JaxArray,
} from '@jax-js/jax';
import type { Gpu } from '../src/gpu/device.ts';
import { jaxLogits, jaxParameters, type JaxParameters } from './jax-network.ts';
import { inputsOf, rate, targetsOf, type Case, type Measured } from './peer-case.ts';
import { fewSamples, sampleRuns } from './sampling.ts';

/** It keeps the first device that it was given. @throws Error where it finds no way to use it */
export async function startJax(gpu: Gpu): Promise<void> {
  const adapter = {
    limits: gpu.limits,
    features: gpu.device.features,
    requestDevice: () => Promise.resolve(gpu.device),
  };
  const navigator = { userAgent: 'Node', gpu: { requestAdapter: () => Promise.resolve(adapter) } };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  const found = await init();
  if (!found.includes('webgpu')) throw new Error(`it finds ${found.join(', ')} alone`);
  defaultDevice('webgpu');
}

/** Compiled by `jit`; a step is log softmax's value of each image's target, its gradient, x + rate · gradient. */
export async function jaxMeasure(gpu: Gpu, work: Case): Promise<Measured> {
  const { architecture, weights, images, pass } = work;
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const parameters = jaxParameters(
    architecture,
    weights,
    Math.min(maxStorageBufferBindingSize, maxBufferSize),
  );
  const logitsOf = jit((at: JaxArray, held: JaxParameters) => jaxLogits(architecture, at, held));
  let x = np.array(inputsOf(work)).reshape([images, ...architecture.input]);
  const read = async (array: JaxArray) =>
    new Float32Array((await gpu.wait(array.data())) as Float32Array<ArrayBuffer>);
  try {
    const logits = await read(logitsOf(x.ref, tree.ref(parameters)));
    gpu.check();
    const common = { case: work, engine: 'jax-js-webgpu', adapter: gpu.adapter.name, logits } as const;
    if (pass === 'forward') {
      const forward = async () => {
        const start = performance.now();
        const result = logitsOf(x.ref, tree.ref(parameters));
        await gpu.wait(blockUntilReady(result));
        gpu.check();
        const milliseconds = performance.now() - start;
        result.dispose();
        return milliseconds;
      };
      return { ...common, sample: await sampleRuns(forward, fewSamples, 1) };
    }
    const classes = logits.length / images;
    const chosen = oneHot(targetsOf(work, classes), classes);
    const worth = (at: JaxArray, held: JaxParameters, targets: JaxArray) =>
      nn
        .logSoftmax(jaxLogits(architecture, at, held))
        .mul(targets)
        .sum();
    const slope = grad(worth);
    const slopeOf = jit(slope);
    const step = jit((at: JaxArray, held: JaxParameters, targets: JaxArray) =>
      at.ref.add(slope(at, held, targets).mul(rate)),
    );
    const gradient = await read(slopeOf(x.ref, tree.ref(parameters), chosen.ref));
    gpu.check();
    const once = async () => {
      const start = performance.now();
      x = step(x, tree.ref(parameters), chosen.ref);
      await gpu.wait(blockUntilReady(x));
      gpu.check();
      return performance.now() - start;
    };
    const sample = await sampleRuns(once, fewSamples, 1);
    chosen.dispose();
    return { ...common, sample, gradient };
  } finally {
    x.dispose();
    tree.dispose(parameters);
  }
}

function oneHot(targets: Uint32Array, classes: number): JaxArray {
  const values = new Float32Array(targets.length * classes);
  for (const [image, target] of targets.entries()) values[image * classes + target] = 1;
  return np.array(values).reshape([targets.length, classes]);
}
