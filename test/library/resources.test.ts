/** What holds memory of the device gives it back: after use, and where it could not be made as a whole. */
import { describe, expect, test } from 'vitest';
import { fromImages, gaussianNoise, meanImage, type AscentOptions } from '../../src/ascent/ascent-options.ts';
import { createAscent } from '../../src/ascent/ascent.ts';
import { logit, unit } from '../../src/ascent/objective/build.ts';
import { adam, normalised } from '../../src/ascent/optimiser/rules.ts';
import { cppn, fourier } from '../../src/ascent/parametrisation/create.ts';
import { jitter } from '../../src/ascent/transforms.ts';
import { evolve } from '../../src/evolution/evolve.ts';
import { createSearch } from '../../src/evolution/search.ts';
import { Evaluator } from '../../src/evolution/evaluator.ts';
import { Gallery } from '../../src/evolution/gallery.ts';
import { CppnPopulation } from '../../src/genome/cppn-population.ts';
import { DirectPopulation } from '../../src/genome/direct-population.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { run } from '../../src/gpu/program.ts';
import { RecordStore } from '../../src/gpu/record-store.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { TrialBuffers } from '../../src/kernels/tuning/operands.ts';
import { createClassifier } from '../../src/model/classifier.ts';
import { createJudge } from '../../src/model/judge.ts';
import { createFineTuner } from '../../src/model/training/fine-tuning.ts';
import { createNetwork } from '../../src/network/network.ts';
import type { Weights } from '../../src/network/parameters.ts';
import { createTrainer } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { viewShape } from '../../src/model/classifier.ts';
import { imageWords } from '../../src/image/image-layout.ts';
import { ResourceStack, type Resource } from '../../src/util/resources.ts';
import { tinyModel } from '../evolution/tiny-run.ts';
import { openTestGpu } from '../gpu.ts';
import { covering, full } from '../support/full.ts';

/** How often each is made and freed. */
const rounds = full ? 100 : 2;

const model = tinyModel([3, 12, 12]);
const { architecture, preprocessing } = model;
const descent = { batch: 4, rate: 0.01, momentum: 0.9, decay: 0 };
const picture = new Uint8Array(3 * 12 * 12).fill(7);
const pictures = { count: 4, targets: [0, 1, 2, 0], read: () => Promise.resolve(picture) };
const classifierOf = (gpu: Gpu) => createClassifier(gpu, model, { images: 4, crops: 1 });

/** The last layer's weight as the product of two of rank 1. */
function factored(): Weights {
  const last = architecture.layers.at(-1)!.name;
  const weight = model.weights.get(`${last}.weight`)!;
  const [outputs = 0, depth = 0] = weight.shape;
  const weights = new Map(model.weights);
  weights.delete(`${last}.weight`);
  weights.set(`${last}.weight.left`, { shape: [outputs, 1], data: new Float32Array(outputs).fill(1) });
  weights.set(`${last}.weight.right`, { shape: [1, depth], data: new Float32Array(depth).fill(1) });
  return weights;
}

/** Makes what is to be freed; what it is built on goes onto the stack, which frees it afterwards. */
type Make = (gpu: Gpu, below: ResourceStack) => Resource | Promise<Resource>;

async function populationSettings(gpu: Gpu, below: ResourceStack) {
  const { images } = below.use(await classifierOf(gpu));
  return { size: 4, cells: 5, seed: 1, extent: preprocessing.image, images };
}

const grey = { extent: preprocessing.image, bytes: picture };
const ascents: [string, Partial<AscentOptions>][] = [
  [
    'of pixels in a ball',
    {
      optimiser: adam({ stepSize: 2 }),
      start: fromImages([grey], 1),
      ball: { norm: 'l2', radius: 200 },
    },
  ],
  [
    'with all regularisers',
    { optimiser: normalised({ blurRadius: 1, blurEvery: 1, smallNorm: 10, smallContribution: 10 }) },
  ],
  ['of waves, transformed', { parametrisation: fourier(), transforms: [jitter(1)], start: gaussianNoise(1) }],
  ['of CPPNs', { parametrisation: cppn({ mutations: 3 }), start: meanImage() }],
];

const kinds: [string, Make][] = [
  ['records over several buffers', (gpu) => new RecordStore(gpu, 'records', 5, 1024, 2048)],
  [
    'operands of a tuning',
    (gpu) => {
      const launch = matmul({ rows: 4, columns: 4, depth: 4 }, gpu);
      const operands = { a: 64, bias: 16, b: 64, c: 64 };
      return new TrialBuffers(gpu, { shape: '', label: 'product', launches: [launch], operands });
    },
  ],
  ['parameters', (gpu) => uploadParameters(gpu, architecture, model.weights, 'tiny')],
  [
    'parameters from factors, as halves',
    (gpu) => uploadParameters(gpu, architecture, factored(), 'tiny', 'f16'),
  ],
  [
    'a network with all gradients',
    async (gpu, below) => {
      const parameters = below.use(await uploadParameters(gpu, architecture, model.weights, 'tiny'));
      const gradients = { input: true, parameters: true };
      return createNetwork(gpu, architecture, parameters, { batch: 4, gradients });
    },
  ],
  ['a classifier', classifierOf],
  [
    'a judge that has judged',
    async (gpu) => {
      using stack = new ResourceStack();
      const judge = stack.use(await createJudge(gpu, model, 2, 10));
      await judge.judge(picture, 1);
      stack.move();
      return judge;
    },
  ],
  [
    'a trainer',
    async (gpu, below) => {
      const parameters = below.use(await uploadParameters(gpu, architecture, model.weights, 'tiny'));
      const images = new Uint8Array(4 * imageWords(preprocessing.image) * 4);
      const set = { images, targets: Uint8Array.of(0, 1, 2, 0), count: 4 };
      const shape = viewShape(model, 4, 1);
      return createTrainer(gpu, architecture, parameters, set, shape, preprocessing.mean, descent, 1);
    },
  ],
  ['a fine-tuner of all layers', (gpu) => createFineTuner(gpu, model, pictures, 'all', descent, 1)],
  ['a fine-tuner of dense layers', (gpu) => createFineTuner(gpu, model, pictures, 'dense', descent, 1)],
  [
    'CPPNs that were drawn',
    async (gpu, below) => {
      const settings = await populationSettings(gpu, below);
      using stack = new ResourceStack();
      const population = stack.use(CppnPopulation.create(gpu, settings, 'pixels'));
      await population.first();
      run(gpu, population.render());
      stack.move();
      return population;
    },
  ],
  [
    'a population of direct genomes',
    async (gpu, below) => DirectPopulation.create(gpu, await populationSettings(gpu, below)),
  ],
  ['an evaluator', async (gpu, below) => Evaluator.create(gpu, below.use(await classifierOf(gpu)), 4)],
  [
    "a gallery of elites' pictures",
    async (gpu, below) => {
      const { images } = below.use(await classifierOf(gpu));
      return new Gallery(gpu, images, preprocessing.image, 5);
    },
  ],
  [
    'a search of two generations',
    async (gpu) => {
      using stack = new ResourceStack();
      const search = stack.use(await createSearch({ gpu, model, encoding: 'direct', population: 4 }));
      for (let generation = 0; generation < 2; generation++) {
        await search.ask();
        search.tell(await search.evaluate());
      }
      stack.move();
      return search;
    },
  ],
  ['an evolution', (gpu) => evolve({ gpu, model, encoding: 'cppn', population: 4, generations: 2 })],
  ...covering(ascents, ascents.slice(0, 1)).map(([name, options]): [string, Make] => [
    `an ascent ${name}`,
    async (gpu) => {
      using stack = new ResourceStack();
      const objectives = [logit(1), unit('conv1', 2)];
      const ascent = stack.use(await createAscent({ gpu, model, objectives, ...options }));
      for await (const step of ascent.steps(2)) expect(step.scores).toHaveLength(2);
      stack.move();
      return ascent;
    },
  ]),
];

async function makeAndFree(gpu: Gpu, make: Make, free: (made: Resource) => void): Promise<number> {
  using below = new ResourceStack();
  const made = await make(gpu, below);
  const { bytes } = gpu.memory;
  free(made);
  return bytes;
}

/** The device, except that the making of one buffer fails. */
function failingAt(gpu: Gpu, place: number): { readonly gpu: Gpu; readonly reached: () => boolean } {
  let made = 0;
  const handler: ProxyHandler<Gpu> = {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'bufferFrom')
        return (label: string, content: ArrayBufferView<ArrayBuffer>, usage?: GPUBufferUsageFlags) => {
          const buffer = proxy.buffer(label, content.byteLength, usage);
          target.write(buffer, content);
          return buffer;
        };
      if (name === 'buffer')
        return (...args: Parameters<Gpu['buffer']>) => {
          if (made++ === place) throw new Error('no memory left');
          return target.buffer(...args);
        };
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  };
  const proxy = new Proxy(gpu, handler);
  return { gpu: proxy, reached: () => made > place };
}

describe.each(kinds)('%s', (_, make) => {
  test('give back all memory, every time', async () => {
    const gpu = await openTestGpu();
    const before = gpu.memory;
    for (let round = 0; round < rounds; round++) {
      const taken = await makeAndFree(gpu, make, (made) => {
        if (round % 2 === 0) made[Symbol.dispose]();
        else made.destroy();
        made.destroy();
      });
      expect(taken).toBeGreaterThan(before.bytes);
      expect(gpu.memory).toEqual(before);
    }
    gpu.check();
  });

  test.runIf(full)('give back all memory where any of their buffers cannot be made', async () => {
    const gpu = await openTestGpu();
    const before = gpu.memory;
    for (let place = 0; ; place++) {
      const failing = failingAt(gpu, place);
      const outcome = await makeAndFree(failing.gpu, make, (made) => {
        made.destroy();
      }).then(
        () => 'made',
        (error: unknown) => String(error),
      );
      expect(gpu.memory, `buffer ${String(place)} failed`).toEqual(before);
      if (!failing.reached()) {
        expect(outcome).toBe('made');
        expect(place).toBeGreaterThan(0);
        break;
      }
      expect(outcome).toBe('Error: no memory left');
    }
  });
});

test('memory that was given back is free for the process', async () => {
  const gpu = await openTestGpu();
  const bytes = 8 * 2 ** 20;
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) {
      using records = new RecordStore(gpu, 'large records', 8, bytes / 8);
      // Memory that nobody has written is not there yet.
      for (let record = 0; record < 8; record++)
        records.write(record, new Float32Array(bytes / 32).fill(round));
      expect(new Float32Array(await records.read(7))[0]).toBe(round);
    }
  };
  await rounds(10);
  const before = process.memoryUsage.rss();
  await rounds(100);
  // A driver on a CPU has its buffers in this process: without the freeing these would be 800 MB.
  expect(process.memoryUsage.rss() - before).toBeLessThan(30 * bytes);
});
