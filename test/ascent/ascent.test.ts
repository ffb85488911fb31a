/** An ascent that is stepped through, against the one that runs by itself and records. */
import { describe, expect, test } from 'vitest';
import { fromImages, gaussianNoise, type AscentOptions } from '../../src/ascent/ascent-options.ts';
import { createAscent, type Ascent, type AscentImage } from '../../src/ascent/ascent.ts';
import {
  awayFrom,
  logit,
  logProbability,
  objectiveFrom,
  sum,
  times,
  unit,
} from '../../src/ascent/objective/build.ts';
import { ObjectiveError } from '../../src/ascent/objective/check-objective.ts';
import { parseObjective } from '../../src/ascent/objective/parse-objective.ts';
import { adam, normalised } from '../../src/ascent/optimiser/rules.ts';
import { cppn, fourier, pixels } from '../../src/ascent/parametrisation/create.ts';
import { createPixel } from '../../src/ascent/parametrisation/pixel.ts';
import { AscentSettingsError } from '../../src/ascent/settings-error.ts';
import type { OwnParametrisation, OwnTransform } from '../../src/ascent/settings.ts';
import { jitter, rotate, scale } from '../../src/ascent/transforms.ts';
import type { Image } from '../../src/image/image.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import type { AscentRunSettings } from '../../src/runs/ascent/settings-schema.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { tinyModel } from '../evolution/tiny-run.ts';
import { openTestGpu } from '../gpu.ts';
import { ascentKinds, plainClimb, tinyAscent, tinyAscentSettings, tinyPictures } from './tiny-ascent.ts';

const model = tinyModel();

/** The same three objectives as classes of the closed loop, and what else is told. */
async function stepped(options: Partial<AscentOptions>): Promise<Ascent> {
  const { objectives } = tinyAscentSettings;
  return createAscent({
    gpu: await openTestGpu(),
    model,
    objectives,
    optimiser: plainClimb,
    seed: 3,
    ...options,
  });
}

async function climb(ascent: Ascent, steps: number, atATime?: number): Promise<void> {
  for await (const step of ascent.steps(steps, atATime))
    expect(step.scores).toHaveLength(ascent.objectives.length);
}

/** Pixels and records of a recorded ascent. */
async function recorded(settings: AscentRunSettings) {
  const storage = new MemoryStorage();
  await tinyAscent({ storage, settings });
  const { rows, history } = await readAscent(storage);
  const pictures = rows.map(({ picture }) => decodeImage(storage.files.get(picture)!, picture).bytes);
  return { rows, history, pictures };
}

const settingsOf = (name: string): AscentRunSettings => ({
  ...ascentKinds.find(([kind]) => kind === name)![1],
  // Lanes for all five, as the ascent that is stepped through has them.
  batch: 8,
});

const bytes = (pictures: readonly Uint8Array[]) => pictures.map((picture) => [...picture]);

const imagesOf = (settings: AscentRunSettings): Image[] =>
  tinyPictures(settings).map((picture) => ({ extent: [1, 12, 12], bytes: picture }));

describe('the images are those of the recorded ascent, bit for bit', () => {
  const start = gaussianNoise(5);
  test.each<[string, Partial<AscentOptions>]>([
    ['pixels', { start }],
    [
      'momentum and a goal',
      { start, optimiser: normalised({ stepSize: 2.5, momentum: 0.9, decay: 0.01 }), until: 0.7 },
    ],
    [
      'Adam and random views',
      {
        start,
        optimiser: adam({ stepSize: 3, decay: 0.01 }),
        transforms: [scale(0.1), jitter(2), rotate(10)],
      },
    ],
    ['waves', { start: gaussianNoise(1), parametrisation: fourier() }],
    ['CPPNs', { parametrisation: cppn({ mutations: 15 }), optimiser: adam({ stepSize: 0.1 }) }],
  ])('%s', async (kind, options) => {
    const settings = settingsOf(kind);
    const expected = await recorded(settings);
    using ascent = await stepped(options);
    await climb(ascent, settings.steps + 1, kind === 'pixels' ? 1 : 7);
    const images = await ascent.images();
    expect(bytes(images.map((image) => image.bytes))).toEqual(bytes(expected.pictures));
    expect(images.map(numbersOf)).toEqual(expected.rows.map(numbersOf));
  });

  test('from pictures in a ball', async () => {
    const kind = settingsOf('pictures, each in a ball');
    const settings = { ...kind, objectives: kind.objectives.slice(0, 3), batch: 4 };
    const expected = await recorded(settings);
    using ascent = await stepped({
      objectives: settings.objectives,
      start: fromImages(imagesOf(settings), 8),
      ball: settings.ball!,
      optimiser: normalised({ stepSize: 4 }),
    });
    await climb(ascent, settings.steps + 1, 8);
    expect(bytes((await ascent.images()).map((image) => image.bytes))).toEqual(bytes(expected.pictures));
  });
});

const numbersOf = ({ confidence, iteration, value, genome }: Partial<AscentImage>) => ({
  confidence,
  iteration,
  value,
  genome,
});

test('every step says what the history says of it', async () => {
  const { history } = await recorded(settingsOf('pixels'));
  using ascent = await stepped({ start: gaussianNoise(5) });
  const steps = [];
  for await (const step of ascent.steps(5, 2)) steps.push(step);
  expect(steps.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3, 4]);
  for (const { iteration, confidences, scores, values } of steps) {
    for (const [index, { confidence, value }] of history.entries()) {
      // A history has seven digits.
      expect(confidences[index]).toBeCloseTo(confidence[iteration]!, 6);
      expect(values[index]).toBeCloseTo(value[iteration]!, 5);
    }
    expect(scores).toEqual(confidences);
  }
});

test('a loop that is left goes on where it was, to the same images', async () => {
  using whole = await stepped({});
  using parts = await stepped({});
  await climb(whole, 6);
  for await (const { iteration } of parts.steps(100)) if (iteration === 2) break;
  expect(parts.iterations).toBe(3);
  const early = await parts.images();
  await climb(parts, 3, 3);
  expect(parts.iterations).toBe(6);
  expect(bytes((await parts.images()).map((image) => image.bytes))).toEqual(
    bytes((await whole.images()).map((image) => image.bytes)),
  );
  expect(bytes(early.map((image) => image.bytes))).not.toEqual(
    bytes((await whole.images()).map((image) => image.bytes)),
  );
});

test('with nothing but objectives, each climbs', async () => {
  const gpu = await openTestGpu();
  const objectives = [
    logProbability('class 2'),
    'logit:1 - 0.5 * logit:3',
    unit('conv1', 3, [2, 4]),
    awayFrom(4),
  ];
  using ascent = await createAscent({ gpu, model, objectives });
  expect(ascent.objectives.map(({ name }) => name)).toEqual([
    'log-probability:2',
    'logit:1 - 0.5 * logit:3',
    'conv1:3,2,4',
    'away from class 4',
  ]);
  const values: (readonly number[])[] = [];
  for await (const step of ascent.steps(12)) values.push(step.values);
  const images = await ascent.images();
  for (const [index, { value, bytes: picture, extent }] of images.entries()) {
    expect(value).toBeGreaterThan(values[0]![index]!);
    expect(picture).toHaveLength(12 * 12);
    expect(extent).toEqual([1, 12, 12]);
  }
});

test('a sum of objectives is what its text is', () => {
  const terms = sum(logit('class 2'), times(-0.5, sum(unit('conv1', 3), times(2, logit(4)))));
  expect(objectiveFrom(terms, model)).toEqual(parseObjective('logit:2 - 0.5 * conv1:3 - logit:4', model));
});

test('what a transformation of the caller’s own moves out of sight stays as it was', async () => {
  const objectives = [logProbability(2)];
  const [start] = imagesOf(settingsOf('pictures, each in a ball')) as [Image];
  const seen: number[] = [];
  const oneColumn: OwnTransform = ({ iteration, image }) => {
    expect(image).toEqual([1, 12, 12]);
    seen.push(iteration);
    return [1, 0, 0, 1, 1, 0];
  };
  using ascent = await stepped({
    objectives,
    start: fromImages([start]),
    optimiser: normalised({ stepSize: 4 }),
    transforms: [oneColumn],
  });
  await climb(ascent, 6, 6);
  const { bytes: climbed } = await ascent.image(0);
  const moved = [...climbed].map((byte, at) => (byte === start.bytes[at] ? 0 : 1));
  const columns = Array.from({ length: 12 }, (_, x) => moved.filter((_, at) => at % 12 === x));
  expect(columns[0]).toEqual(Array.from({ length: 12 }, () => 0));
  expect(columns.slice(1).every((column) => column.includes(1))).toBe(true);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a parametrisation of the caller’s own is climbed within its own bounds', async () => {
  const frozenRow: OwnParametrisation = {
    kind: 'own',
    create: async ({ gpu, shape, draw }) => {
      const made = await createPixel(gpu, shape, draw);
      return { ...made, bounds: made.bounds.map((bound, at) => (at < 2 * 12 ? 0 : bound)) };
    },
  };
  using ascent = await stepped({ parametrisation: frozenRow, start: gaussianNoise(5) });
  using plain = await stepped({ start: gaussianNoise(5) });
  await climb(ascent, 4);
  await climb(plain, 4);
  const [own, other] = [await ascent.image(0), await plain.image(0)];
  expect(new Set(own.bytes.subarray(0, 12))).toEqual(new Set([100]));
  expect(new Set(other.bytes.subarray(0, 12)).size).toBeGreaterThan(1);
  expect(new Set(own.bytes.subarray(12)).size).toBeGreaterThan(10);
});

test.each([pixels(), fourier(), cppn()])(
  'what %j took on the device is free again',
  async (parametrisation) => {
    const gpu = await openTestGpu();
    const before = gpu.memory;
    for (let time = 0; time < 3; time++) {
      using ascent = await stepped({ parametrisation, objectives: [logit(1)], optimiser: adam() });
      await climb(ascent, 1);
      expect(gpu.memory.bytes).toBeGreaterThan(before.bytes);
    }
    expect(gpu.memory).toEqual(before);
  },
);

describe('misuse is told in words', () => {
  const refusal = async (options: Partial<AscentOptions>) => {
    try {
      (await stepped(options)).destroy();
    } catch (error) {
      expect(error instanceof AscentSettingsError || error instanceof ObjectiveError).toBe(true);
      return (error as Error).message;
    }
    return 'fine';
  };

  test.each<[Partial<AscentOptions>, string]>([
    [{ objectives: [] }, 'there is nothing to climb'],
    [{ objectives: [logit('goldfish')] }, '"goldfish" is none of the model\'s classes'],
    [{ objectives: [logit(7)] }, 'logit has the classes 0 to 4, not 7'],
    [{ objectives: [unit('conv2', 0)] }, 'tiny has no layer conv2; was conv1 meant?'],
    [{ objectives: [sum(logit(1), logit(1))] }, 'logit:1 stands there twice: add its factors up'],
    [{ optimiser: adam({ stepSize: -1 }) }, 'stepSize is -1, expected a number above 0'],
    [{ transforms: [jitter(2), jitter(3)] }, 'transforms has jitter twice: give it once'],
    [{ transforms: [rotate(200)] }, 'rotate is 200, expected a number of degrees from 0 to 180'],
    [
      { start: fromImages([{ extent: [1, 2, 2], bytes: new Uint8Array(4) }]) },
      'an image of the start has 4 bytes, expected 144: tiny looks at 1 × 12 × 12',
    ],
    [
      { start: fromImages(imagesOf(settingsOf('pictures, each in a ball'))) },
      'the start has 3 images for 5 objectives',
    ],
    [{ ball: { norm: 'l2', radius: 60 } }, 'without a picture to be its centre'],
    [{ batch: 4 }, 'batch is 4 for 5 objectives'],
    [{ seed: -1 }, 'seed is -1, expected a whole number from 0'],
  ])('%j', async (options, message) => {
    expect(await refusal(options)).toContain(message);
  });

  test('images before the first step, steps out of range, and an ascent that has been freed', async () => {
    const ascent = await stepped({});
    await expect(ascent.image(0)).rejects.toThrow('there is no image before the first step: climb first');
    await expect(ascent.steps(0).next()).rejects.toThrow('count is 0, expected a whole number from 1');
    await expect(ascent.steps(1, 65).next()).rejects.toThrow(
      'atATime is 65, expected a whole number from 1 to 64',
    );
    await climb(ascent, 1);
    await expect(ascent.image(5)).rejects.toThrow('there is no image 5, but those from 0 to 4');
    ascent.destroy();
    ascent.destroy();
    await expect(ascent.image(0)).rejects.toThrow('this ascent has been freed');
    await expect(ascent.steps(1).next()).rejects.toThrow('this ascent has been freed');
  });
});
