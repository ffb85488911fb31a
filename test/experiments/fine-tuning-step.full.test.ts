/** A training as a step: stopped anywhere, it ends bit for bit like one that was not. */
import { expect, test } from 'vitest';
import type { StepHost } from '../../src/experiments/experiment.ts';
import { fineTuningStep } from '../../src/experiments/fine-tuning-step.ts';
import { retrainedPath } from '../../src/experiments/retrained-network.ts';
import { withClass } from '../../src/model/added-class.ts';
import type { TrainedLayers } from '../../src/model/training/fine-tuning.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose } from '../kernels/numbers.ts';

const none = () => {
  throw new Error('this step needs none');
};

/** @param stopAfter reports: with a clock that runs a second at each look, one a step */
function hostOf(storage: MemoryStorage, stopAfter: number) {
  let [asked, seconds] = [0, 0];
  const warnings: string[] = [];
  const host: StepHost = {
    storage,
    now: () => 1000 * seconds++,
    loadModel: none,
    withDevice: async (work) => work(await openTestGpu()),
    encodePicture: none,
    decodePicture: none,
    openPictures: none,
    loadMnist: none,
    throughJpeg: none,
    testImages: none,
    openFolder: none,
    shouldStop: () => asked++ >= stopAfter,
    onWarning: (text) => warnings.push(text),
    progress: () => undefined,
  };
  return { host, warnings };
}

const digits = await loadMnist('test');
const count = 24;

interface Course {
  readonly epochs?: number;
  readonly batch?: number;
}

async function run(
  storage: MemoryStorage,
  layers: TrainedLayers,
  stopAfter = Infinity,
  { epochs = 3, batch = 8 }: Course = {},
) {
  const { model, sha256 } = await loadModel('lenet-mnist');
  const step = fineTuningStep({
    id: 'train',
    title: 'training',
    network: 'taught',
    ...{ layers, epochs, seed: 4, evaluations: epochs * count },
    descent: { batch, rate: 0.02, momentum: 0.9, decay: 0.0005 },
    lesson: () =>
      Promise.resolve({
        begun: { model: withClass(model, 'odd'), sha256 },
        sha256: 'the digits',
        pictures: {
          count,
          targets: Array.from({ length: count }, (_, index) =>
            index % 4 === 0 ? 10 : digits.targets[index]!,
          ),
          read: (index) => Promise.resolve(digits.images.subarray(784 * index, 784 * (index + 1))),
        },
      }),
  });
  const { host, warnings } = hostOf(storage, stopAfter);
  return { result: await step.run(host, none), warnings, step };
}

test.each(['dense', 'all'] as const)(
  'training %s layers ends with the same bytes wherever it was stopped',
  async (layers) => {
    const whole = new MemoryStorage();
    const { result, step } = await run(whole, layers);
    expect(result).toMatchObject({ pictures: count, steps: 9 });
    expect([...whole.files.keys()]).toEqual([retrainedPath('taught')]);
    expect(step.files).toContain(retrainedPath('taught'));
    const storage = new MemoryStorage();
    for (const stopAfter of [0, 1, 4]) {
      expect((await run(storage, layers, stopAfter)).result).toBeUndefined();
      expect([...storage.files.keys()]).toEqual(['models/taught.checkpoint']);
    }
    const resumed = await run(storage, layers);
    expect(resumed.result).toMatchObject({ steps: 9 });
    expect(resumed.warnings).toEqual([]);
    expect(storage.files).toEqual(whole.files);
  },
);

test('a checkpoint that is damaged costs a warning, and the training begins again', async () => {
  const whole = new MemoryStorage();
  await run(whole, 'dense');
  const storage = new MemoryStorage();
  await run(storage, 'dense', 3);
  const path = 'models/taught.checkpoint';
  storage.files.get(path)![5000]! ^= 1;
  const { warnings } = await run(storage, 'dense');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/taught\.checkpoint is damaged.*begins anew/);
  expect(storage.files).toEqual(whole.files);
});

test('convolutions stay as they are where the dense layers are trained, and move where all are', async () => {
  const { model } = await loadModel('lenet-mnist');
  for (const layers of ['dense', 'all'] as const) {
    const storage = new MemoryStorage();
    await run(storage, layers);
    const path = retrainedPath('taught');
    const taught = readModel(storage.files.get(path)!, path, 'taught');
    const moved = (name: string) =>
      taught.weights.get(name)!.data.some((value, index) => value !== model.weights.get(name)!.data[index]);
    expect(moved('conv1.weight')).toBe(layers === 'all');
    expect(moved('ip1.weight')).toBe(true);
    expect(taught.weights.get('ip2.weight')!.shape).toEqual([11, 500]);
    expect(taught.labels.at(-1)).toBe('odd');
  }
});

test('the first step moves the dense layers as it does where all are trained: kept activations are those of the pictures', async () => {
  const { model } = await loadModel('lenet-mnist');
  const [dense, all] = await Promise.all(
    (['dense', 'all'] as const).map(async (layers) => {
      const storage = new MemoryStorage();
      await run(storage, layers, Infinity, { epochs: 1, batch: count });
      const path = retrainedPath('taught');
      return readModel(storage.files.get(path)!, path, 'taught').weights;
    }),
  );
  for (const name of ['ip1.weight', 'ip2.bias']) {
    const before = model.weights.get(name)!.data;
    // The bias of the new class is not among those before.
    const moved = (weights: typeof dense) =>
      weights!.get(name)!.data.map((value, index) => value - (before[index] ?? 0));
    expect(moved(dense).some((change) => Math.abs(change) > 1e-3)).toBe(true);
    // Dense weights are written as halves.
    expectClose(moved(dense), moved(all), { atol: 1e-4, rtol: 1e-3 });
  }
});
