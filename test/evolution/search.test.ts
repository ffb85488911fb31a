import { describe, expect, test } from 'vitest';
import { evolve } from '../../src/evolution/evolve.ts';
import { PopulationError, SearchMemoryError } from '../../src/evolution/limits.ts';
import type { SearchArchive } from '../../src/evolution/search-archive.ts';
import { createSearch, type BestChild, type Search, type SearchOptions } from '../../src/evolution/search.ts';
import { ClassError, SearchSettingsError, type Encoding } from '../../src/evolution/settings.ts';
import { confidencesOf } from '../../src/model/evaluation.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';
import { tinyColourModel, tinyModel } from './tiny-run.ts';

const gpu = await openTestGpu();
const { model: lenet } = await loadModel('lenet-mnist');
const tiny = tinyModel();

/** Everything of an archive: records, genomes and images. */
async function contentOf(archive: SearchArchive) {
  return Promise.all(
    archive.elites().map(async ({ genome, image, ...elite }) => {
      return { ...elite, genome: await genome(), image: await image() };
    }),
  );
}

async function stepByStep(search: Search, generations: number): Promise<void> {
  for (let generation = 0; generation < generations; generation++) {
    await search.ask();
    search.tell(await search.evaluate());
  }
}

describe.each<Encoding>(['cppn', 'direct'])('a search of the %s encoding', (encoding) => {
  test('gives by ask, evaluate and tell what evolve gives, bit for bit', async () => {
    const options = { gpu, model: lenet, encoding, population: 14, seed: 3 };
    using run = await evolve({ ...options, generations: 8 });
    using search = await createSearch(options);
    await stepByStep(search, 8);
    const content = await contentOf(run.archive);
    expect(content).toHaveLength(10);
    expect(await contentOf(search.archive)).toEqual(content);
    expect(search.lineage.ancestors()).toEqual(run.search.lineage.ancestors());
    expect(content.some(({ generation }) => generation > 0)).toBe(true);
  });

  test('keeps images that the model gives their confidences', async () => {
    const model = tinyColourModel();
    using run = await evolve({ gpu, model, encoding, population: 6, generations: 4 });
    const content = await contentOf(run.archive);
    const bytes = content.flatMap(({ image }) => [...image.bytes]);
    const judged = await confidencesOf(gpu, model, Uint8Array.from(bytes), content.length);
    expect(content).toHaveLength(5);
    for (const [place, { class: number, confidence, image, genome, label }] of content.entries()) {
      expect(judged[place]?.[number]).toBeCloseTo(confidence, 5);
      expect(image.extent).toEqual([3, 60, 60]);
      expect(genome.encoding).toBe(encoding);
      expect(label).toBe(`class ${String(number)}`);
    }
  });
});

/** The share of light in an image, as a confidence. */
const lightOf = (bytes: Uint8Array): number =>
  bytes.reduce((sum, value) => sum + value, 0) / (255 * bytes.length);

test('a search takes an evaluation of the caller’s own', async () => {
  using search = await createSearch({
    gpu,
    model: tiny,
    encoding: 'direct',
    population: 12,
    classes: [0, 1],
  });
  const best: number[] = [];
  for (let generation = 0; generation < 5; generation++) {
    await search.ask();
    const light = (await search.images()).map(({ bytes }) => lightOf(bytes));
    const [darkest, lightest] = [light.indexOf(Math.min(...light)), light.indexOf(Math.max(...light))];
    search.tell([
      { class: 0, child: lightest, confidence: light[lightest] ?? 0 },
      { class: 1, child: darkest, confidence: 1 - (light[darkest] ?? 0) },
    ]);
    best.push(search.archive.confidences()[0] ?? 0);
  }
  const [light, dark] = await contentOf(search.archive);
  expect(lightOf(light?.image.bytes ?? new Uint8Array())).toBe(light?.confidence);
  expect(1 - lightOf(dark?.image.bytes ?? new Uint8Array())).toBe(dark?.confidence);
  expect(best).toEqual([...best].sort((one, other) => one - other));
  expect(best.at(-1)).toBeGreaterThan(best[0] ?? 1);
});

test('tell returns the cells that have a new elite, and an elite that is replaced has no image any more', async () => {
  using search = await createSearch({ gpu, model: tiny, population: 4, classes: [2], seed: 1 });
  const tell = async (child: number, confidence: number) => {
    await search.ask();
    return search.tell([{ class: 2, child, confidence }]);
  };
  expect(await tell(3, 0.5)).toEqual([{ cell: 0, child: 3, switched: false }]);
  const [first] = search.archive.elites();
  expect(await tell(1, 0.5)).toEqual([]);
  expect((await first?.image())?.extent).toEqual([1, 12, 12]);
  expect(await tell(2, 0.75)).toEqual([{ cell: 0, child: 2, switched: false }]);
  expect(search.archive.elites()).toMatchObject([{ id: 2 * 4 + 2, parent: 3, generation: 2, class: 2 }]);
  await expect(first?.image()).rejects.toThrow('elite 3 no longer holds cell 0: ask for elites() again');
  await expect(first?.genome()).rejects.toThrow('no longer holds cell 0');
});

describe('a search that is misused says so', () => {
  test('where steps come out of order', async () => {
    using search = await createSearch({ gpu, model: tiny, population: 4 });
    await expect(search.evaluate()).rejects.toThrow('evaluate before ask: there are no children yet');
    await expect(search.images()).rejects.toThrow('images before ask');
    expect(() => search.tell([])).toThrow('tell before ask: there are no children yet');
    await search.ask();
    await expect(search.ask()).rejects.toThrow('ask was called twice: tell the best children first');
    const best = await search.evaluate();
    search.tell(best);
    expect(() => search.tell(best)).toThrow('tell before ask');
    await search.ask();
    expect(() => search.tell(best)).toThrow(
      'tell before evaluate: these are the best children of generation 0, and generation 1 was asked for',
    );
    search.tell(await search.evaluate());
  });

  test('where the best children cannot be', async () => {
    using search = await createSearch({ gpu, model: tiny, population: 4, classes: [0, 1] });
    await search.ask();
    const one = (change: Partial<BestChild>): BestChild => ({
      class: 0,
      child: 0,
      confidence: 0.5,
      ...change,
    });
    expect(() => search.tell([one({})])).toThrow('1 winners for 2 cells');
    expect(() => search.tell([one({}), one({ child: 4 })])).toThrow('child 4 of a population of 4');
    for (const confidence of [-0.1, 1.1, NaN])
      expect(() => search.tell([one({}), one({ confidence })])).toThrow('expected a number from 0 to 1');
    expect(search.archive.elites()).toEqual([]);
  });

  test('where it is disposed', async () => {
    const search = await createSearch({ gpu, model: tiny, population: 4 });
    await search.ask();
    search.tell(await search.evaluate());
    const [elite] = search.archive.elites();
    search[Symbol.dispose]();
    search[Symbol.dispose]();
    const words = 'the search is disposed: create another one';
    await expect(search.ask()).rejects.toThrow(words);
    await expect(search.evaluate()).rejects.toThrow(words);
    expect(() => search.tell([])).toThrow(words);
    await expect(elite?.image()).rejects.toThrow(words);
    await expect(elite?.genome()).rejects.toThrow(words);
    expect(elite?.confidence).toBeGreaterThan(0);
  });

  test.each<[string, object, string, new (text: string) => Error]>([
    ['population', { population: 0 }, 'population is 0; expected a whole number from 1', SearchSettingsError],
    ['population', { population: 2.5 }, 'population is 2.5; expected', SearchSettingsError],
    ['population', { population: 1e9 }, 'a population of 1000000000 does not fit', PopulationError],
    [
      'encoding',
      { encoding: 'tree' },
      'encoding is "tree"; expected "cppn" or "direct"',
      SearchSettingsError,
    ],
    ['seed', { seed: -1 }, 'seed is -1; expected a whole number from 0', SearchSettingsError],
    ['crops', { crops: 5 }, 'crops is 5; expected 1 or 10', SearchSettingsError],
    ['coordinates', { coordinates: 'polar' }, 'coordinates is "polar"', SearchSettingsError],
    [
      'generations',
      { generations: 0 },
      'generations is 0; expected a whole number from 1',
      SearchSettingsError,
    ],
    ['classes', { classes: [7] }, 'tiny has the classes 0 to 4, not 7', ClassError],
    ['classes', { classes: [-1] }, 'tiny has the classes 0 to 4, not -1', ClassError],
    ['classes', { classes: [] }, 'no class of tiny is wanted; leave classes out for all', ClassError],
    ['classes', { classes: [3, 1, 3] }, 'class 3 is wanted twice', ClassError],
    [
      'memory',
      { memoryBudget: 10 },
      'a smaller population, or allow more with memoryBudget',
      SearchMemoryError,
    ],
  ])('where %s cannot be: %j', async (_, wrong, words, kind) => {
    const options = { gpu, model: tiny, population: 4, ...wrong } as SearchOptions;
    const error: unknown = await evolve(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toContain(words);
    expect((error as Error).message).not.toContain('--');
  });
});

test('evolve tells of every generation, ends at a signal and keeps what was found', async () => {
  const stopping = new AbortController();
  const told: number[] = [];
  const saved: string[] = [];
  using run = await evolve({
    ...{ gpu, model: tiny, population: 5, generations: 9, signal: stopping.signal },
    onGeneration: ({ generation, evaluations, confidences, isLast }) => {
      told.push(generation);
      expect(evaluations).toBe(5 * (generation + 1));
      expect(confidences).toHaveLength(5);
      expect(isLast).toBe(false);
      if (generation === 3) stopping.abort();
    },
    recorder: {
      whileDeviceWorks: () => Promise.resolve(void saved.push('while')),
      generation: ({ generation }) => void saved.push(`generation ${String(generation)}`),
      finish: ({ generations, complete }) =>
        Promise.resolve(void saved.push(`finish ${String(generations)} ${String(complete)}`)),
    },
  });
  expect(told).toEqual([0, 1, 2, 3]);
  expect(run).toMatchObject({ generations: 4, evaluations: 20, complete: false });
  expect(saved).toEqual([
    ...[0, 1, 2, 3].flatMap((number) => ['while', `generation ${String(number)}`]),
    'finish 4 false',
  ]);
  expect(run.times.setUp).toBeGreaterThan(0);
  // It may be gone on with, as the search that it is.
  await run.search.ask();
  expect(run.search.generation).toBe(4);
});
