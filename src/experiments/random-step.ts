/**
 * Random CPPNs of which only the best is kept, as a step of an experiment: what selection is compared with. Each depends on
 * nothing but the seed and its number, so that a long search is many short steps, whose results are joined.
 */
import { ResourceStack } from '../util/resources.ts';
import { z } from 'zod';
import { ascentGenome } from '../ascent/parametrisation/cppn-genome.ts';
import { CppnPopulation } from '../genome/cppn-population.ts';
import type { CppnGenome } from '../genome/genome.ts';
import type { Coordinates } from '../genome/cppn-coordinates.ts';
import { Evaluator } from '../evolution/evaluator.ts';
import { checkPopulation } from '../evolution/limits.ts';
import { cppnGenomeSchema } from '../runs/evolution/schema.ts';
import type { Winners } from '../evolution/scheduler.ts';
import type { Gpu } from '../gpu/device.ts';
import { run } from '../gpu/program.ts';
import { volume } from '../network/layer.ts';
import { createClassifier, type Classifier } from '../model/classifier.ts';
import { imageWords, unpadPlanes } from '../image/image-layout.ts';
import type { Model } from '../model/model.ts';
import { RandomStream } from '../random/threefry.ts';
import { streams } from '../random/streams.ts';
import { formatConfidence } from '../report/format.ts';
import type { GridPicture } from '../report/grid.ts';
import { classesOf } from '../evolution/settings.ts';
import type { Host, ExperimentStep, StepHost } from './experiment.ts';
import { pointAt, type SearchOutcome } from './search-outcome.ts';

const genome: z.ZodType<CppnGenome> = cppnGenomeSchema;

const randomOutcome = z.object({
  /** Highest confidence of each class within the batch. */
  batches: z.array(z.array(z.number())),
  /** The best of this step, by class. */
  cells: z.array(
    z.object({
      class: z.int(),
      label: z.string(),
      confidence: z.number(),
      logOdds: z.number(),
      genome,
    }),
  ),
  seconds: z.number(),
});
export type RandomOutcome = z.infer<typeof randomOutcome>;
type Cell = RandomOutcome['cells'][number];

export interface RandomSearch {
  readonly model: string;
  readonly classes: readonly number[] | null;
  /** CPPNs that are judged at once. */
  readonly population: number;
  readonly seed: number;
  /** By which each has grown. */
  readonly mutations: number;
  readonly coordinates: Coordinates;
}

/** @param batches numbers of those that the step judges, from the first up to the one before the second */
export function randomStep(
  id: string,
  title: string,
  search: RandomSearch,
  [from, to]: readonly [number, number],
): ExperimentStep<RandomOutcome> {
  const { population } = search;
  return {
    ...{ id, title, result: randomOutcome },
    evaluations: (to - from) * population,
    check: async (host) => {
      const { model } = await host.loadModel(search.model);
      classesOf(model, search.classes ?? undefined);
    },
    run: async (host) => {
      const { model } = await host.loadModel(search.model);
      return host.withDevice((gpu) => judge(gpu, model, search, [from, to], host));
    },
  };
}

async function judge(
  gpu: Gpu,
  model: Model,
  search: RandomSearch,
  [from, to]: readonly [number, number],
  host: StepHost,
): Promise<RandomOutcome | undefined> {
  const { population } = search;
  checkPopulation(gpu, model, 'cppn', population);
  const started = host.now();
  using classifier = await createClassifier(gpu, model, { images: population, crops: 1 });
  const drawing = canvas(gpu, model, search, classifier);
  using held = new ResourceStack();
  held.use(drawing.population);
  using evaluator = await Evaluator.create(gpu, classifier, population);
  const best = new Best(model, classesOf(model, search.classes ?? undefined));
  let next = genomesOf(search, model, from);
  for (let batch = from; batch < to; batch++) {
    if (host.shouldStop()) return undefined;
    const genomes = next;
    await drawing.show(genomes);
    const evaluating = evaluator.submit(drawing.population.render());
    // The device works meanwhile.
    if (batch + 1 < to) next = genomesOf(search, model, batch + 1);
    best.add((await evaluating).winners, genomes);
    host.progress((batch + 1 - from) * population, `median ${formatConfidence(best.median)}`);
  }
  return { batches: best.batches, cells: best.cells, seconds: (host.now() - started) / 1000 };
}

function genomesOf({ population, seed, mutations }: RandomSearch, model: Model, batch: number): CppnGenome[] {
  const [channels] = model.preprocessing.image;
  return Array.from({ length: population }, (_, index) =>
    ascentGenome(RandomStream.of(seed, streams.randomSearch, batch, index), channels, mutations),
  );
}

/** Draws given CPPNs as evolution draws its elites. */
function canvas(
  gpu: Gpu,
  model: Model,
  { coordinates, seed }: Pick<RandomSearch, 'coordinates' | 'seed'>,
  { images }: Pick<Classifier, 'images'>,
) {
  const extent = model.preprocessing.image;
  const count = images.size / (4 * imageWords(extent));
  const settings = { size: count, cells: count, seed, extent, images };
  const population = CppnPopulation.create(gpu, settings, coordinates);
  const show = (genomes: readonly CppnGenome[]) => {
    for (const [cell, genome] of genomes.entries()) population.restore(cell, genome);
    return population.show([...genomes.keys()]);
  };
  return { population, show };
}

/** The best of each class; of equals the first. */
class Best {
  readonly batches: number[][] = [];
  readonly #cells = new Map<number, Cell>();

  constructor(
    private readonly model: Model,
    private readonly classes: readonly number[],
  ) {}

  get cells(): Cell[] {
    return [...this.#cells.values()];
  }

  get median(): number {
    return pointAt(
      0,
      this.cells.map(({ confidence }) => confidence),
    ).median;
  }

  add({ child, ...sureness }: Winners, genomes: readonly CppnGenome[]): void {
    const confidences = this.classes.map((number) => {
      const own = genomes[child[number] ?? -1];
      if (!own) throw new RangeError(`class ${String(number)} was won by nobody`);
      const [confidence = 0, logOdds = 0] = [sureness.confidence[number], sureness.logOdds[number]];
      const before = this.#cells.get(number);
      const label = this.model.labels[number] ?? '';
      if (!before || logOdds > before.logOdds)
        this.#cells.set(number, { class: number, label, confidence, logOdds, genome: own });
      return confidence;
    });
    this.batches.push(confidences);
  }
}

/** @param parts steps of one search, in their order; at least one */
export function joinedOutcome(parts: readonly RandomOutcome[], population: number): SearchOutcome {
  const batches = parts.flatMap((part) => part.batches);
  const highest: number[] = [];
  const points = batches.map((confidences, batch) => {
    for (const [place, confidence] of confidences.entries())
      highest[place] = Math.max(confidence, highest[place] ?? 0);
    return pointAt((batch + 1) * population, highest);
  });
  const cells = bestCells(parts).map(({ class: number, label, confidence, logOdds }) => {
    return { class: number, label, confidence, logOdds };
  });
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  return { points, cells, seconds, judged: batches.length * population, lost: 0 };
}

function bestCells(parts: readonly RandomOutcome[]): Cell[] {
  const [first] = parts;
  if (!first) throw new RangeError('a random search needs a step');
  return first.cells.map((one, place) =>
    parts.reduce((best, { cells }) => {
      const other = cells[place];
      return other && other.logOdds > best.logOdds ? other : best;
    }, one),
  );
}

/** The best pictures, drawn again of their genomes: a random search leaves no run folder. */
export async function randomPictures(
  host: Host,
  search: Pick<RandomSearch, 'model' | 'coordinates' | 'seed'>,
  parts: readonly RandomOutcome[],
): Promise<GridPicture[]> {
  const { model } = await host.loadModel(search.model);
  const cells = bestCells(parts);
  const extent = model.preprocessing.image;
  const [, height, width] = extent;
  const all = await host.withDevice(async (gpu) => {
    using held = new ResourceStack();
    const images = held.use(gpu.buffer('pictures', 4 * imageWords(extent) * cells.length));
    const { population, show } = canvas(gpu, model, search, { images });
    held.use(population);
    await show(cells.map((cell) => cell.genome));
    run(gpu, population.render());
    return unpadPlanes(new Uint8Array(await gpu.read(images)), height * width);
  });
  const size = volume(extent);
  return cells.map(({ label, confidence }, place) => {
    const bytes = all.subarray(place * size, (place + 1) * size);
    return { extent, bytes, label, confidence };
  });
}
