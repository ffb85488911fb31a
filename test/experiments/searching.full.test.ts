/** The experiments of gradient ascent and of searches in miniature, on a device: whole, interrupted, and held against each other. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compareSearch } from '../../src/experiments/compare-search.ts';
import type { Experiment } from '../../src/experiments/experiment.ts';
import { gradientAscent } from '../../src/experiments/gradient-ascent.ts';
import type { ConclusionRecord } from '../../src/experiments/experiment-record.ts';
import type { Values } from '../../src/experiments/experiment-settings.ts';
import { totalVariation } from '../../src/experiments/total-variation.ts';
import { confidencesOf } from '../../src/index.ts';
import { decodeImage } from '../../src/node/image-file.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { readRun } from '../../src/runs/evolution/read.ts';
import { folderBelow } from '../../src/storage/folder-below.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';
import { conductOn } from './device-host.ts';

/** @param stopAfter questions whether to stop that are answered with no */
async function conducted(
  experiment: Experiment,
  given: Values,
  storage: MemoryStorage,
  stopAfter = Infinity,
): Promise<ConclusionRecord | undefined> {
  const { conclusion, warnings } = await conductOn(experiment, { storage, given, stopAfter });
  expect(warnings).toEqual([]);
  return conclusion;
}

/** All but times. */
const lasting = (storage: MemoryStorage, conclusion: ConclusionRecord | undefined): unknown => {
  const figures = [...storage.files].filter(([path]) => path.startsWith('figures/'));
  return { ...conclusion, cost: [], figures };
};

describe('gradient ascent', () => {
  const given = { classes: [1, 3], seeds: 1, steps: 8 };
  const storage = new MemoryStorage();
  let conclusion: ConclusionRecord | undefined;
  beforeAll(async () => {
    conclusion = await conducted(gradientAscent, given, storage);
  });

  test('has the confidence that the network gives to each picture on disk', async () => {
    const { model } = await loadModel('lenet-mnist');
    const confidences = conclusion?.numbers['confidences'] as Record<string, number[][]>;
    const variations = conclusion?.numbers['totalVariation'] as Record<string, number[][]>;
    expect(Object.keys(confidences)).toEqual([
      ...['none', 'decay', 'blur', 'small norm', 'small contribution', 'all'],
    ]);
    for (const [name, runs] of Object.entries(confidences)) {
      const folder = folderBelow(storage, `runs/${name.replaceAll(' ', '-')}-01`);
      const { rows } = await readAscent(folder);
      for (const [place, { picture, class: number }] of rows.entries()) {
        const image = decodeImage((await folder.read(picture))!, picture);
        const pixels = Uint8Array.from(image.bytes);
        const [judged] = await confidencesOf(await openTestGpu(), model, pixels, 1);
        expect(runs[0]![place]).toBeCloseTo(judged![number]!, 4);
        expect(variations[name]![0]![place]).toBeCloseTo(totalVariation({ ...image, bytes: pixels }), 10);
      }
    }
  });

  test('is surer after its steps than at the start, and smoothest with all regularisers', () => {
    const variations = conclusion?.numbers['totalVariation'] as Record<string, number[][]>;
    const sum = (name: string) => variations[name]!.flat().reduce((one, other) => one + other, 0);
    expect(sum('all')).toBeLessThan(sum('none'));
    const confidences = conclusion?.numbers['confidences'] as Record<string, number[][]>;
    for (const confidence of confidences['none']!.flat()) expect(confidence).toBeGreaterThan(0.2);
  });

  test('stopped within an ascent goes on to the same conclusion', async () => {
    const cut = new MemoryStorage();
    let conclusionOfCut;
    let stops = 0;
    for (; !conclusionOfCut && stops < 60; stops++)
      conclusionOfCut = await conducted(gradientAscent, given, cut, 2);
    expect(stops).toBeGreaterThan(2);
    expect(lasting(cut, conclusionOfCut)).toEqual(lasting(storage, conclusion));
  });
});

describe('searches at one number of evaluations', () => {
  const given = { classes: [0, 1, 3], runs: 2, budget: 80, population: 20, mutations: 4 };
  const storage = new MemoryStorage();
  let conclusion: ConclusionRecord | undefined;
  beforeAll(async () => {
    conclusion = await conducted(compareSearch, given, storage);
  });

  test('spend no more than the budget, and a gradient step counts thrice', () => {
    expect(conclusion?.numbers['spent']).toEqual({
      ...{ 'direct EA': [80, 80], 'CPPN EA': [80, 80], 'random CPPNs': [80, 80] },
      // 8 steps of 9 evaluations; after 2 generations of 20, 4 steps.
      ...{ 'pixel gradient': [72, 72], 'CPPN gradient': [72, 72], 'CPPN EA + gradient': [76, 76] },
    });
  });

  test('polishing begins with the very elites of evolution, and never ends below them', async () => {
    const { cells } = await readRun(folderBelow(storage, 'runs/polished-01-evolved'));
    const { history, rows } = await readAscent(folderBelow(storage, 'runs/polished-01'));
    for (const [place, { confidence }] of cells.entries()) {
      expect(history[place]!.confidence[0]).toBeCloseTo(confidence, 5);
      expect(rows[place]!.confidence).toBeGreaterThan(confidence - 1e-5);
    }
  });

  test('leave a row of pictures for each method, and a line in the drawing', () => {
    const sheet = storage.files.get('figures/images.png')!;
    const {
      extent: [, height, width],
    } = decodeImage(sheet, 'images.png');
    expect(height).toBeGreaterThan(6 * 112);
    expect(width).toBeGreaterThan(3 * 112);
    const drawing = new TextDecoder().decode(storage.files.get('figures/confidence.svg'));
    for (const name of ['direct EA', 'CPPN EA', 'CPPN EA + gradient', 'random CPPNs'])
      expect(drawing).toContain(`>${name}<`);
  });

  test('random CPPNs that were drawn again are those that were judged', async () => {
    const { model } = await loadModel('lenet-mnist');
    const sheet = decodeImage(storage.files.get('figures/images.png')!, 'images.png');
    const confidences = conclusion?.numbers['confidences'] as Record<string, number[][]>;
    const {
      extent: [, , width],
    } = sheet;
    // The last row of the sheet, every pixel four times as wide and high; gaps of 4, captions of two lines.
    const step = { x: 112 + 4, y: (sheet.extent[1] - 4) / 6 };
    for (const [place, number] of given.classes.entries()) {
      const [left, top] = [4 + place * step.x, 4 + 5 * step.y];
      const pixels = Uint8Array.from({ length: 784 }, (_, at) => {
        const [row, column] = [top + 4 * Math.floor(at / 28), left + 4 * (at % 28)];
        return sheet.bytes[row * width + column]!;
      });
      const [judged] = await confidencesOf(await openTestGpu(), model, pixels, 1);
      expect(confidences['random CPPNs']![0]![place]).toBeCloseTo(judged![number]!, 4);
    }
  });

  test('stopped on the way go on to the same conclusion', async () => {
    const cut = new MemoryStorage();
    let conclusionOfCut;
    let stops = 0;
    for (; !conclusionOfCut && stops < 60; stops++)
      conclusionOfCut = await conducted(compareSearch, given, cut, 5);
    expect(stops).toBeGreaterThan(2);
    expect(lasting(cut, conclusionOfCut)).toEqual(lasting(storage, conclusion));
  });

  test.each([
    [{ budget: 10 }, /10 evaluations are not enough for a generation of 20/],
    [{ budget: 20, evolveShare: 0.1 }, /CPPN EA \+ gradient, run 01: .*not enough/],
    [{ budget: 45, gradientCost: 5 }, /25 evaluations for the ascents of 3 classes are fewer than two/],
    [{ classes: [12] }, /0 to 9, not 12/],
    [{ model: 'vgg' }, /unknown model "vgg"/],
  ])('%j is refused before anything runs', async (wrong, message) => {
    const empty = new MemoryStorage();
    await expect(conducted(compareSearch, { ...given, ...wrong }, empty)).rejects.toThrow(message);
    expect([...empty.files.keys()]).toEqual(['experiment.json']);
  });
});
