/** Retraining in miniature: what networks are trained on, how trainings go on, and the table. */
import { expect, test } from 'vitest';
import type { ImageDataset } from '../../src/datasets/dataset.ts';
import { foolingLabel, withFoolingClass } from '../../src/experiments/fooling-class.ts';
import { concludeRetraining, roundNumbers, type Round } from '../../src/experiments/retrain-conclusion.ts';
import { retrainMnist } from '../../src/experiments/retrain-mnist.ts';
import { networkPath } from '../../src/experiments/training-step.ts';
import { largest, confidencesOf } from '../../src/model/evaluation.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';
import { conductOn } from './device-host.ts';

const small = { rounds: 2, images: 128, epochs: 1, evolutions: 1, generations: 2, population: 8, digits: 20 };

test('each network is trained on what fooled those before it, as a class of its own', async () => {
  const storage = new MemoryStorage();
  const { conclusion, warnings } = await conductOn(retrainMnist, {
    storage,
    given: { ...small, evolutions: 2 },
  });
  expect(warnings).toEqual([]);
  const gpu = await openTestGpu();
  const [first, second] = ['dnn-01', 'dnn-02'].map((id) =>
    readModel(storage.files.get(networkPath(id))!, `${id}.safetensors`, id),
  );
  expect(first!.labels).toHaveLength(10);
  expect(second!.labels).toEqual([...first!.labels, foolingLabel]);
  // 128 digits, and 20 elites, which are more than the 13 images of a digit.
  expect(second!.card['trainedOn']).toBe('mnist train and 20 fooling images, 148 images');
  const digits = await loadMnist('test');
  const pixels = Uint8Array.from(digits.images.subarray(0, 20 * 784));
  const rounds = conclusion!.numbers['rounds'] as { accuracy: number; recognised: number | null }[];
  for (const [index, model] of [first!, second!].entries()) {
    const rows = await confidencesOf(gpu, model, pixels, 20);
    const right = rows.filter((row, image) => largest(row) === digits.targets[image]).length;
    expect(rounds[index]!.accuracy).toBe(right / 20);
  }
  const elites = [...storage.files].filter(([path]) => /^runs\/dnn-01-run-0[12]\/images\/.*png$/.test(path));
  expect(elites).toHaveLength(20);
  const pictures = elites.flatMap(([path, bytes]) => [...decodeImage(bytes, path).bytes]);
  const named = await confidencesOf(gpu, second!, Uint8Array.from(pictures), 20);
  expect(rounds[0]!.recognised).toBeNull();
  expect(rounds[1]!.recognised).toBe(named.filter((row) => largest(row) === 10).length / 20);
  expect(
    [...storage.files.keys()].filter((path) => path.includes('checkpoint') && path.startsWith('networks')),
  ).toEqual([]);
}, 300_000);

test('more training images than there are is refused before anything runs', async () => {
  const storage = new MemoryStorage();
  await expect(conductOn(retrainMnist, { storage, given: { ...small, images: 60_001 } })).rejects.toThrow(
    /60000 images, not 60001: set images to/,
  );
  expect([...storage.files.keys()]).toEqual(['experiment.json']);
});

const digits: ImageDataset = {
  ...{ name: 'two', classes: 2, labels: ['0', '1'], count: 2, shape: [1, 1, 2] },
  images: Uint8Array.of(1, 2, 3, 4),
  targets: Uint8Array.of(1, 0),
};

test('fooling images stand behind the digits, repeated in turn where too few', () => {
  const pictures = [Uint8Array.of(5, 6), Uint8Array.of(7, 8)];
  expect(withFoolingClass(digits, [], 9)).toBe(digits);
  const repeated = withFoolingClass(digits, pictures, 3);
  expect([...repeated.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 5, 6]);
  expect([...repeated.targets]).toEqual([1, 0, 2, 2, 2]);
  expect(repeated).toMatchObject({ classes: 3, labels: ['0', '1', foolingLabel], count: 5 });
  expect(withFoolingClass(digits, pictures, 1).count).toBe(4);
  expect(() => withFoolingClass(digits, [Uint8Array.of(1)], 0)).toThrow(RangeError);
});

function round(confidences: number[], medians: number[], network: Partial<Round['network']>): Round {
  const picture = { extent: [1, 2, 2], bytes: Uint8Array.of(0, 90, 160, 240) } as const;
  return {
    network: {
      ...{
        sha256: '0'.repeat(64),
        images: 100,
        seconds: 60,
        digits: 1000,
        correct: 990,
        fooling: 0,
        recognised: 0,
      },
      ...network,
    },
    evolutions: [
      {
        ...{ best: medians, median: medians, mean: medians, seconds: 1 },
        cells: confidences.map((confidence, number) => {
          return { class: number, label: String(number), confidence, generation: 0, goalSwitches: 0 };
        }),
      },
    ],
    pictures: confidences.map((confidence, number) => ({ ...picture, label: String(number), confidence })),
  };
}

test('the table counts what hand-made results say', () => {
  const rounds = [
    round([0.5, 0.99995, 0.99999], [0.5, 0.9999], {}),
    round([0.25, 0.75, 0.99995], [0.25, 0.5, 0.625, 0.75], { correct: 985, fooling: 3, recognised: 2 }),
  ];
  expect(roundNumbers(rounds[1]!)).toEqual({
    ...{ median: 0.75, images: 3, fooled: 1, firstGenerations: [], accuracy: 0.985 },
    mean: (0.25 + 0.75 + 0.99995) / 3,
    recognised: 2 / 3,
  });
  const { rows, remarks, figures, cost } = concludeRetraining(rounds);
  expect(rows.map(({ here }) => here)).toEqual([
    '0 of 1',
    '99.9950 %, 83.33 %; 2 of 3; 99.00 %',
    '75.00 %, 66.67 %; 1 of 3; 98.50 %',
  ]);
  expect(rows[1]!.differs).toBeUndefined();
  expect(rows[2]!.differs).toBe('62.50 % half-way through 4 generations, 75.00 % at their end');
  expect(remarks.join('\n')).toMatch(
    /66\.7 %[^]*network by network: 1, none [^]*99\.00 % for the first.*98\.50 % for the last/,
  );
  expect(figures.map(({ name }) => name)).toEqual(['rounds', 'elites']);
  expect(cost[0]).toMatchObject({ what: 'time of all trainings', here: '2 min 0 s' });
});
