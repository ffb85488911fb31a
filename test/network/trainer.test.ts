/** Steps of training against the way back in doubles, for every kind of layer that CaffeNet has. */
import { expect, test, vi } from 'vitest';
import { StubDevice, stubAdapter } from '../../bench/orchestrator/stub-device.ts';
import { Gpu, partOf } from '../../src/gpu/device.ts';
import { Program, run } from '../../src/gpu/program.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { suitsDenseCrossEntropy } from '../../src/kernels/layers/dense-cross-entropy.ts';
import { foldFactors, unfoldFactors } from '../../src/network/factors.ts';
import { volume, type Architecture } from '../../src/network/layer.ts';
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import type { WeightTensor, Weights } from '../../src/network/parameters.ts';
import { createDescender, initialWeights } from '../../src/network/trainer.ts';
import { downloadParameters, uploadParameters } from '../../src/network/upload.ts';
import { full } from '../support/full.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, expectSame, randomValues } from '../kernels/numbers.ts';
import { referenceGradients } from './reference-gradients.ts';
import { referenceActivations } from './reference-network.ts';

/** Strides, groups, normalisation over channels, pools with clipped windows. */
const caffenetSmall: Architecture = {
  name: 'small caffenet',
  input: [3, 19, 19],
  layers: [
    { kind: 'convolution', name: 'conv1', outChannels: 8, kernel: 5, stride: 2, padding: 0, groups: 1 },
    { kind: 'relu', name: 'relu1' },
    { kind: 'max-pool', name: 'pool1', size: 3, stride: 2, rounding: 'up' },
    { kind: 'lrn', name: 'norm1', size: 5, alpha: 0.9, beta: 0.75, k: 1 },
    { kind: 'convolution', name: 'conv2', outChannels: 8, kernel: 3, stride: 1, padding: 1, groups: 2 },
    { kind: 'relu', name: 'relu2' },
    { kind: 'max-pool', name: 'pool2', size: 3, stride: 2, rounding: 'up' },
    { kind: 'dense', name: 'fc1', outputs: 12 },
    { kind: 'relu', name: 'relu3' },
    { kind: 'dense', name: 'fc2', outputs: 5 },
  ],
};
const batch = 4;
const targets = [3, 0, 4, 1];
const descent = { batch, rate: 0.05, momentum: 0.9, decay: 0.01 };

function randomWeights(architecture: Architecture): Map<string, WeightTensor> {
  const weights = new Map<string, WeightTensor>();
  for (const [index, { layer, groups, outputs, depth, fileShape }] of parameterShapes(
    architecture,
  ).entries()) {
    const data = randomValues(groups * outputs * depth, 10 + index).map((value) => value / Math.sqrt(depth));
    weights.set(`${layer}.weight`, { shape: fileShape, data });
    const bias = randomValues(groups * outputs, 20 + index).map((value) => value / 4);
    weights.set(`${layer}.bias`, { shape: [groups * outputs], data: bias });
  }
  return weights;
}

const inputs = Array.from({ length: batch }, (_, image) =>
  Float64Array.from(randomValues(volume(caffenetSmall.input), 40 + image)),
);

/** Of the mean cross-entropy of the batch, in doubles. */
function meanGradients(architecture: Architecture, weights: Weights): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  for (const [image, input] of inputs.entries()) {
    const logits = referenceActivations(architecture, weights, input).at(-1)!;
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const upstream = Array.from(
      logits,
      (logit, index) => (Math.exp(logit) / total - (index === targets[image] ? 1 : 0)) / batch,
    );
    const last = architecture.layers.at(-1)!.name;
    for (const [name, found] of referenceGradients(architecture, weights, input, { [last]: upstream })
      .parameters) {
      const sum = sums.get(name) ?? new Float64Array(found.length);
      sums.set(
        name,
        sum.map((value, index) => value + found[index]!),
      );
    }
  }
  return sums;
}

/** Two steps as Caffe defines them; a bias learns twice as fast, and does not decay. */
function afterTwoSteps(
  architecture: Architecture,
  weights: Weights,
  frozen: ReadonlySet<string>,
): Map<string, Float64Array> {
  let current = new Map([...weights].map(([name, { data }]) => [name, Float64Array.from(data)]));
  const velocities = new Map<string, Float64Array>();
  for (let step = 0; step < 2; step++) {
    const asTensors = new Map(
      [...current].map(([name, data]) => [
        name,
        { shape: weights.get(name)!.shape, data: Float32Array.from(data) },
      ]),
    );
    const gradients = meanGradients(architecture, asTensors);
    current = new Map(
      [...current].map(([name, data]) => {
        if (frozen.has(name)) return [name, data];
        const isBias = name.endsWith('.bias');
        const velocity = data.map((value, index) => {
          const slope = gradients.get(name)![index]! + (isBias ? 0 : descent.decay * value);
          const before = velocities.get(name)?.[index] ?? 0;
          return descent.momentum * before + (isBias ? 2 : 1) * descent.rate * slope;
        });
        velocities.set(name, velocity);
        return [name, data.map((value, index) => value - velocity[index]!)];
      }),
    );
  }
  return current;
}

async function trained(architecture: Architecture, weights: Weights, frozen: ReadonlySet<string>) {
  const gpu = await openTestGpu();
  const parameters = await uploadParameters(gpu, architecture, weights, 'test');
  const descender = await createDescender(gpu, architecture, parameters, descent, 1, { frozen });
  const values = volume(architecture.input);
  const packed = Float32Array.from(
    { length: values * batch },
    (_, index) => inputs[index % batch]![Math.floor(index / batch)]!,
  );
  gpu.write(descender.network.input, packed);
  for (let step = 0; step < 2; step++) descender.descend(Uint32Array.from(targets), descent.rate);
  return downloadParameters(gpu, architecture, parameters);
}

test('two steps move every weight of a small CaffeNet as the chain rule in doubles says', async () => {
  const weights = randomWeights(caffenetSmall);
  expectMoved(caffenetSmall, weights, await trained(caffenetSmall, weights, new Set()));
});

test('they do so where parameters take several buffers, and a dense layer’s weights several bindings', async () => {
  // A slice has 64 rows at least, so that the layer before is wide as well.
  const layers = caffenetSmall.layers.map((layer) => {
    if (layer.kind === 'convolution' && layer.name === 'conv2') return { ...layer, outChannels: 24 };
    return layer.kind === 'dense' && layer.name === 'fc1' ? { ...layer, outputs: 200 } : layer;
  });
  const wide: Architecture = { ...caffenetSmall, layers };
  const weights = randomWeights(wide);
  const gpu = await openTestGpu();
  using narrow = withLimits(gpu, { maxStorageBufferBindingSize: 56 * 1024 });
  using parameters = await uploadParameters(narrow.gpu, wide, weights, 'test');
  const places = [...parameters].map(([name, memory]) => [name, partOf(memory).buffer] as const);
  expect(places.filter(([name]) => name.startsWith('fc1.weight')).length).toBeGreaterThan(1);
  expect(new Set(places.map(([, buffer]) => buffer)).size).toBeGreaterThan(1);
  expectMoved(wide, weights, await trained(wide, weights, new Set()));
});

/** A device that says that it has smaller limits than it has. */
function withLimits(
  gpu: Gpu,
  smaller: Partial<Record<keyof GPUSupportedLimits, number>>,
): Disposable & { readonly gpu: Gpu } {
  const { limits } = gpu;
  const value = new Proxy(limits, {
    get: (target, name) => (Reflect.get(smaller, name) ?? Reflect.get(target, name, target)) as unknown,
  });
  Object.defineProperty(gpu, 'limits', { value, configurable: true });
  return { gpu, [Symbol.dispose]: () => void Reflect.deleteProperty(gpu, 'limits') };
}

function expectMoved(architecture: Architecture, weights: Weights, found: Weights): void {
  for (const [name, expected] of afterTwoSteps(architecture, weights, new Set())) {
    const moved = expected.map((value, index) => value - weights.get(name)!.data[index]!);
    expect(Math.max(...moved.map(Math.abs)), name).toBeGreaterThan(1e-4);
    expectClose(
      found.get(name)!.data.map((value, index) => value - weights.get(name)!.data[index]!),
      moved,
      { atol: 2e-6, rtol: 1e-3 },
    );
  }
}

test('dense weights stored as factors are trained as factors, and stay the product of two', async () => {
  const rank = 3;
  const plain = randomWeights(caffenetSmall);
  const depth = plain.get('fc1.weight')!.shape[1]!;
  const stored = new Map(plain);
  stored.delete('fc1.weight');
  stored.set('fc1.weight.left', { shape: [12, rank], data: randomValues(12 * rank, 60) });
  const right = randomValues(rank * depth, 61).map((value) => value / 8);
  stored.set('fc1.weight.right', { shape: [rank, depth], data: right });
  const { architecture, weights, frozen } = unfoldFactors(caffenetSmall, stored, 'test');
  // The same function of the image: the factors' product stands for the weight.
  const product = Float32Array.from({ length: 12 * depth }, (_, index) => {
    const [row, column] = [Math.floor(index / depth), index % depth];
    const left = stored.get('fc1.weight.left')!.data;
    return [0, 1, 2].reduce((sum, k) => sum + left[row * rank + k]! * right[k * depth + column]!, 0);
  });
  const multiplied = new Map(plain).set('fc1.weight', { shape: [12, depth], data: product });
  expectClose(
    Float32Array.from(referenceActivations(architecture, weights, inputs[0]!).at(-1)!),
    referenceActivations(caffenetSmall, multiplied, inputs[0]!).at(-1)!,
    { atol: 1e-5, rtol: 1e-5 },
  );
  const found = foldFactors(caffenetSmall, await trained(architecture, weights, frozen), stored);
  expect([...found.keys()].sort()).toEqual([...stored.keys()].sort());
  const expected = foldFactors(
    caffenetSmall,
    new Map(
      [...afterTwoSteps(architecture, weights, frozen)].map(([name, data]) => [
        name,
        { shape: weights.get(name)!.shape, data: Float32Array.from(data) },
      ]),
    ),
    stored,
  );
  for (const [name, { data, shape }] of expected) {
    expect(found.get(name)!.shape, name).toEqual(shape);
    expectClose(found.get(name)!.data, Float64Array.from(data), { atol: 2e-6, rtol: 1e-4 });
  }
});

/** Dispatches of a step of LeNet for 64 images by kind, the one that shows them left out. */
async function dispatchesOfStep(gpu: Gpu): Promise<Record<string, number>> {
  const architecture = lenet();
  const weights = initialWeights(architecture, 1);
  using parameters = await uploadParameters(gpu, architecture, weights, 'first weights');
  using descender = await createDescender(gpu, architecture, parameters, { ...descent, batch: 64 }, 1);
  // The first step lays the weights out for the backward pass, the others find them so.
  descender.descend(new Uint32Array(64), 0.01);
  const encode = vi.spyOn(Program.prototype, 'encode');
  descender.descend(new Uint32Array(64), 0.01);
  await descender.loss();
  const counts: Record<string, number> = {};
  const programs = encode.mock.contexts as Program[];
  for (const { label } of programs.flatMap(({ dispatches }) => dispatches)) {
    const kind =
      /turn weights|weight gradient|input gradient|update|cross-entropy/.exec(label)?.[0] ?? 'forward';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  encode.mockRestore();
  return counts;
}

// Compiling it takes long; the next one counts without.
test.runIf(full)('a step of LeNet makes no more dispatches than it needs', async () => {
  const gpu = await openTestGpu();
  // The last layer, its unit's gradient and the loss are one kernel where that is faster.
  const fused = suitsDenseCrossEntropy(gpu);
  expect(await dispatchesOfStep(gpu)).toEqual({
    forward: (gpu.adapter.kind === 'gpu' ? 4 : 5) - (fused ? 1 : 0),
    'cross-entropy': 1,
    'weight gradient': 4,
    'input gradient': fused ? 2 : 4,
    update: 1,
  });
});

test('on a GPU it makes twelve, the one that shows the images included', async () => {
  using gpu = await Gpu.open(new StubDevice(0, () => undefined).adapter, stubAdapter);
  const counts = await dispatchesOfStep(gpu);
  expect(counts).toEqual({
    forward: 3,
    'cross-entropy': 1,
    'weight gradient': 4,
    'input gradient': 2,
    update: 1,
  });
  expect(1 + Object.values(counts).reduce((sum, count) => sum + count)).toBe(12);
});

test('a step leaves the weights as the backward pass reads them as turning them anew would', async () => {
  const gpu = await openTestGpu();
  const architecture = lenet();
  const weights = initialWeights(architecture, 3);
  using parameters = await uploadParameters(gpu, architecture, weights, 'first weights');
  using descender = await createDescender(gpu, architecture, parameters, { ...descent, batch: 8 }, 1);
  const { network } = descender;
  for (let step = 0; step < 3; step++) {
    gpu.write(network.input, randomValues(28 * 28 * 8, step));
    descender.descend(
      Uint32Array.from({ length: 8 }, (_, image) => (image + step) % 10),
      0.01,
    );
  }
  expect([...network.turnedWeights.keys()].map(({ weight }) => weight)).toEqual(
    expect.arrayContaining(['conv2.weight', 'ip1.weight']),
  );
  const [{ buffer }] = network.turnedWeights.values() as unknown as [{ buffer: GPUBuffer }];
  const stepped = new Float32Array(await gpu.read(buffer, buffer.size));
  const before = await gpu.read(partOf(parameters.get('ip1.weight')!).buffer, 4);
  run(gpu, network.turnWeights);
  expectSame(stepped, new Float32Array(await gpu.read(buffer, buffer.size)));
  expect(stepped.some((value) => value !== 0)).toBe(true);
  expect(new Float32Array(before)[0]).not.toBe(weights.get('conv1.weight')!.data[0]);
});
