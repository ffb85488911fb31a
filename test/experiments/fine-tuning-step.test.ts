/** A training as a step: stopped anywhere, it ends bit for bit like one that was not. */
import { expect, test } from 'vitest';
import type { StepHost } from '../../src/experiments/experiment.ts';
import { fineTuningStep } from '../../src/experiments/fine-tuning-step.ts';
import { networkPath } from '../../src/experiments/retrained-network.ts';
import { withClass } from '../../src/models/added-class.ts';
import type { TrainedLayers } from '../../src/models/fine-tuning.ts';
import { readModel } from '../../src/models/model.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';

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
    shouldStop: () => asked++ >= stopAfter,
    onWarning: (text) => warnings.push(text),
    progress: () => undefined,
  };
  return { host, warnings };
}

const digits = await loadMnist('test');
const count = 24;

async function run(storage: MemoryStorage, layers: TrainedLayers, stopAfter = Infinity) {
  const { model, sha256 } = await loadModel('lenet-mnist');
  const step = fineTuningStep({
    id: 'train',
    title: 'training',
    network: 'taught',
    ...{ layers, epochs: 3, seed: 4, evaluations: 3 * count },
    descent: { batch: 8, rate: 0.02, momentum: 0.9, decay: 0.0005 },
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
    expect([...whole.files.keys()]).toEqual([networkPath('taught')]);
    expect(step.files).toContain(networkPath('taught'));
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
  expect(warnings[0]).toMatch(/taught\.checkpoint is damaged.*begins again/);
  expect(storage.files).toEqual(whole.files);
});

test('convolutions stay as they are where the dense layers are trained, and move where all are', async () => {
  const { model } = await loadModel('lenet-mnist');
  for (const layers of ['dense', 'all'] as const) {
    const storage = new MemoryStorage();
    await run(storage, layers);
    const path = networkPath('taught');
    const taught = readModel(storage.files.get(path)!, path, 'taught');
    const moved = (name: string) =>
      taught.weights.get(name)!.data.some((value, index) => value !== model.weights.get(name)!.data[index]);
    expect(moved('conv1.weight')).toBe(layers === 'all');
    expect(moved('ip1.weight')).toBe(true);
    expect(taught.weights.get('ip2.weight')!.shape).toEqual([11, 500]);
    expect(taught.labels.at(-1)).toBe('odd');
  }
});
