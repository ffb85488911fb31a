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
import type { Gpu } from '../../src/gpu/device.ts';
import { jaxLogits, jaxParameters, jaxValuesOf, type JaxParameters } from './jax-network.ts';
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
import { throughputOf } from '../sampling/throughput.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

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

/** What a run is made of. */
interface Held {
  readonly x: JaxArray;
  readonly parameters: JaxParameters;
  /** [images, classes], 1 at each image's target. */
  readonly targets: JaxArray;
}

/** What a pass makes of it: the answer's gradients, then step after step. */
interface Steps {
  readonly gradients: () => Promise<Answer['gradients']>;
  /** Queues one; the next one frees what it gives, or takes it over. */
  readonly step: () => JaxArray | JaxParameters;
}

type Read = (array: JaxArray) => Promise<Float32Array>;

/** Everything is compiled by `jit`. */
export async function jaxMeasure(gpu: Gpu, monitor: LoadMonitor, work: Case): Promise<Measured> {
  const { architecture, weights, images, pass } = work;
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const mostBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const parameters = jaxParameters(architecture, weights, mostBytes);
  const x = np.array(inputsOf(work)).reshape([images, ...architecture.input]);
  const logitsOf = jit((at: JaxArray, held: JaxParameters) => jaxLogits(architecture, at, held));
  const read: Read = async (array) =>
    new Float32Array((await gpu.wait(array.data())) as Float32Array<ArrayBuffer>);
  const logits = await read(logitsOf(x.ref, tree.ref(parameters)));
  gpu.check();
  const classes = logits.length / images;
  const held = { x, parameters, targets: oneHot(targetsOf(work, classes), classes) };
  const steps = {
    forward: () => forwards(held, logitsOf),
    'ascent step': () => ascentSteps(work, held, read),
    'training step': () => trainingSteps(work, held, read),
  }[pass]();
  const gradients = await steps.gradients();
  gpu.check();
  const submit = async (times: number) => {
    for (let step = 1; step < times; step++) steps.step();
    await gpu.wait(blockUntilReady(steps.step()));
    gpu.check();
  };
  const once = async () => {
    const start = performance.now();
    await submit(1);
    return performance.now() - start;
  };
  const sample = await sampleRuns(monitor, once, fewSamples, 1);
  const flight = await throughputOf(monitor, images, sample, submit);
  tree.dispose(steps.step());
  tree.dispose(held);
  const { name: adapter } = gpu.adapter;
  return { case: work, engine: 'jax-js-webgpu', adapter, sample, flight, logits, gradients };
}

function forwards({ x, parameters }: Held, logitsOf: (at: JaxArray, held: JaxParameters) => JaxArray): Steps {
  let logits: JaxArray | undefined;
  return {
    gradients: () => Promise.resolve([]),
    step() {
      logits?.dispose();
      return (logits = logitsOf(x.ref, tree.ref(parameters)));
    },
  };
}

/** A step: log softmax's value of each image's target, its gradient, x + rate · gradient. */
function ascentSteps({ architecture }: Case, { x: start, parameters, targets }: Held, read: Read): Steps {
  const logP = (at: JaxArray, weights: JaxParameters, chosen: JaxArray) =>
    nn
      .logSoftmax(jaxLogits(architecture, at, weights))
      .mul(chosen)
      .sum();
  const slope = grad(logP);
  const slopeOf = jit(slope);
  const stepOf = jit((at: JaxArray, weights: JaxParameters, chosen: JaxArray) =>
    at.ref.add(slope(at, weights, chosen).mul(rate)),
  );
  let x = start.ref;
  return {
    gradients: async () => [await read(slopeOf(start.ref, tree.ref(parameters), targets.ref))],
    step: () => (x = stepOf(x, tree.ref(parameters), targets.ref)),
  };
}

/** A step: the loss, its gradient to every parameter, momentum. */
function trainingSteps(
  { architecture, images }: Case,
  { x, parameters: start, targets }: Held,
  read: Read,
): Steps {
  const loss = (weights: JaxParameters, at: JaxArray, chosen: JaxArray) => {
    const logits = jaxLogits(architecture, at, weights);
    tree.dispose(weights); // the network keeps them
    return nn
      .logSoftmax(logits)
      .mul(chosen)
      .sum()
      .mul(-1 / images);
  };
  const slope = grad(loss);
  const slopeOf = jit(slope);
  const velocityOf = jit((velocity: JaxParameters, weights: JaxParameters, at: JaxArray, chosen: JaxArray) =>
    tree.map(
      (before: JaxArray, along: JaxArray) => before.mul(momentum).add(along),
      velocity,
      slope(weights, at, chosen),
    ),
  );
  const moved = jit((weights: JaxParameters, velocity: JaxParameters) =>
    tree.map((from: JaxArray, along: JaxArray) => from.sub(along.mul(trainingRate)), weights, velocity),
  );
  let weights = tree.ref(start);
  let velocity = tree.map((values: JaxArray) => np.zerosLike(values), tree.ref(start));
  return {
    async gradients() {
      const slopes = slopeOf(tree.ref(start), x.ref, targets.ref);
      const arrays = parameterNames(architecture).map((name) => {
        const parts = jaxValuesOf(slopes, name);
        return parts.length === 1 && parts[0] ? parts[0] : np.concatenate(parts);
      });
      return Promise.all(arrays.map(read));
    },
    step() {
      velocity = velocityOf(velocity, tree.ref(weights), x.ref, targets.ref);
      return (weights = moved(weights, tree.ref(velocity)));
    },
  };
}

function oneHot(targets: Uint32Array, classes: number): JaxArray {
  const values = new Float32Array(targets.length * classes);
  for (const [image, target] of targets.entries()) values[image * classes + target] = 1;
  return np.array(values).reshape([targets.length, classes]);
}
