/**
 * The whole search: ask, vary, render, judge, tell, and save on the way (paper §2.2). While the device judges one
 * generation, the CPU writes down the one before and breeds the one after.
 */
import type { Population } from '../encodings/population.ts';
import type { Gpu } from '../gpu/device.ts';
import { run } from '../gpu/program.ts';
import type { Classifier } from '../models/classifier.ts';
import { imageWords, unpadPlanes } from '../models/image-layout.ts';
import { messageOf } from '../message-of.ts';
import type { Archive } from './archive.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Evaluator, type Evaluation } from './evaluator.ts';
import { Gallery } from './gallery.ts';
import type { RunFolder } from './run-folder.ts';
import type { CellRecord, ProgressRecord, RunRecord, RunSummary, StageTimes } from './run-record.ts';
import { Scheduler, type Request } from './scheduler.ts';
import { summarise } from './statistics.ts';

export interface Evolution {
  readonly gpu: Gpu;
  readonly classifier: Classifier;
  readonly population: Population;
  readonly archive: Archive;
  /** Class of each cell. */
  readonly classes: readonly number[];
  readonly run: RunRecord;
  readonly folder: RunFolder;
  /** The state to go on from, already in archive and population. */
  readonly from?: Checkpoint;
}

/** How a host follows and steers a run. */
export interface EvolutionHooks {
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
  readonly onGeneration?: (progress: ProgressRecord) => void;
  /** Something went wrong that does not end the run, such as a checkpoint that could not be saved. */
  readonly onWarning?: (text: string) => void;
  /** Asked after every generation; true ends the run after saving. */
  readonly shouldStop?: () => boolean;
  /** Milliseconds between checkpoints. */
  readonly checkpointEvery?: number;
}

/** A generation's outcome, read out of a search that goes on meanwhile. */
interface Snapshot {
  readonly state: Pick<Checkpoint, 'generations' | 'seconds' | 'milliseconds'>;
  readonly pictures: readonly { readonly cell: number; readonly bytes: Uint8Array<ArrayBuffer> }[];
  readonly records: readonly CellRecord[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Runs until the generations are done or the host says stop; the last state is saved either way. */
export async function evolve(evolution: Evolution, hooks: EvolutionHooks): Promise<RunSummary> {
  const { archive, run, from } = evolution;
  const { settings } = run;
  const scheduler = new Scheduler(archive, settings.population, settings.seed, from?.generations ?? 0);
  const evaluator = await Evaluator.create(evolution.gpu, evolution.classifier, settings.population);
  const keeper = new Keeper(evolution, hooks);
  if (from) await redraw(evolution, keeper.gallery);
  let request = scheduler.ask();
  await keeper.timed('evolution', () => vary(evolution.population, request));
  while (scheduler.generation < settings.generations) {
    const evaluating = evaluator.submit(evolution.population.render());
    const ahead = scheduler.askAhead();
    if (ahead?.parents && ahead.generation < settings.generations) {
      const { parents, generation } = ahead;
      await keeper.timed('evolution', () => {
        evolution.population.prepare(parents, generation);
      });
    }
    await keeper.whileDeviceWorks();
    const evaluation = await keeper.awaited(evaluating);
    const replaced = await keeper.timed('evolution', () => {
      const replacements = scheduler.tell(evolution.classes.map((number) => winnerOf(evaluation, number)));
      evolution.population.adopt(replacements);
      keeper.gallery.adopt(replacements);
      return replacements.length;
    });
    keeper.generationDone(scheduler.generation, replaced);
    if (hooks.shouldStop?.() || scheduler.generation >= settings.generations) break;
    request = scheduler.ask();
    await keeper.timed('evolution', () => vary(evolution.population, request));
  }
  return keeper.finish(scheduler.generation);
}

function vary(population: Population, { parents, generation }: Request): Promise<void> {
  return parents ? population.vary(parents, generation) : population.first();
}

/**
 * Draws the elites of a checkpoint again: a run that was killed while it saved has pictures on disk that are newer than
 * its checkpoint, or none.
 */
async function redraw(
  { gpu, archive, population, run: { settings } }: Evolution,
  gallery: Gallery,
): Promise<void> {
  const cells = archive.occupied();
  for (let first = 0; first < cells.length; first += settings.population) {
    const shown = cells.slice(first, first + settings.population);
    await population.show(shown);
    run(gpu, population.render());
    gallery.adopt(shown.map((cell, child) => ({ cell, child })));
  }
}

function winnerOf({ winners }: Evaluation, number: number): Evaluation['winners'][number] {
  const winner = winners[number];
  if (!winner)
    throw new RangeError(`class ${String(number)} is not among the ${String(winners.length)} of the model`);
  return winner;
}

/** Keeps the books of a run: times, progress lines, pictures, checkpoints. */
class Keeper {
  readonly gallery: Gallery;
  readonly #milliseconds: Mutable<StageTimes>;
  readonly #started: number;
  #pending: (() => Promise<void>) | undefined;
  #lastCheckpoint: number;

  constructor(
    private readonly evolution: Evolution,
    private readonly hooks: EvolutionHooks,
  ) {
    const { gpu, classifier, classes, from } = evolution;
    const bytes = 4 * imageWords(evolution.run.model.image);
    this.gallery = new Gallery(gpu, classifier.images, bytes, classes.length);
    this.#milliseconds = {
      render: 0,
      network: 0,
      readBack: 0,
      evolution: 0,
      saving: 0,
      ...from?.milliseconds,
    };
    this.#started = hooks.now() - 1000 * (from?.seconds ?? 0);
    this.#lastCheckpoint = hooks.now();
  }

  async timed<T>(stage: 'evolution' | 'saving', work: () => T | Promise<T>): Promise<T> {
    const start = this.hooks.now();
    const result = await work();
    this.#milliseconds[stage] += this.hooks.now() - start;
    return result;
  }

  /** Waits for an evaluation; what the device does not account for is the way there and back. */
  async awaited(evaluating: Promise<Evaluation>): Promise<Evaluation> {
    const start = this.hooks.now();
    const evaluation = await evaluating;
    this.#milliseconds.render += evaluation.render;
    this.#milliseconds.network += evaluation.network;
    this.#milliseconds.readBack += Math.max(
      0,
      this.hooks.now() - start - evaluation.render - evaluation.network,
    );
    return evaluation;
  }

  /** Writes down what the generation before left to write; the device is busy meanwhile. */
  async whileDeviceWorks(): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) await this.timed('saving', pending);
  }

  generationDone(generations: number, replaced: number): void {
    const progress = this.#progress(generations, replaced);
    this.evolution.folder.progress(progress);
    this.hooks.onGeneration?.(progress);
    if (this.hooks.now() - this.#lastCheckpoint < (this.hooks.checkpointEvery ?? 5000)) return;
    this.#lastCheckpoint = this.hooks.now();
    // Reading starts now, before the next generation changes anything; writing can wait until the device is busy.
    const reading = this.#read(generations);
    reading.catch(() => undefined);
    this.#pending = async () => {
      try {
        await this.#save(await reading);
      } catch (error) {
        this.hooks.onWarning?.(
          `could not save generation ${String(generations)}, the run goes on: ${messageOf(error)}`,
        );
      }
    };
  }

  /** Saves everything. @throws what the storage throws; the last checkpoint is then intact */
  async finish(generations: number): Promise<RunSummary> {
    await this.whileDeviceWorks();
    await this.timed('saving', async () => {
      await this.#save(await this.#read(generations));
    });
    const summary = this.#summary(generations);
    await this.evolution.folder.writeSummary(summary);
    return summary;
  }

  #seconds(): number {
    return (this.hooks.now() - this.#started) / 1000;
  }

  #progress(generations: number, replaced: number): ProgressRecord {
    const confidences = this.evolution.archive.confidences();
    const { median, mean, min, best } = summarise(confidences);
    const { population } = this.evolution.run.settings;
    const evaluations = generations * population;
    return {
      generation: generations - 1,
      evaluations,
      seconds: this.#seconds(),
      median,
      mean,
      min,
      best,
      replaced,
      confidences,
    };
  }

  async #read(generations: number): Promise<Snapshot> {
    const { archive, population, classes, run } = this.evolution;
    const cells = archive.occupied();
    const elites = cells.map((cell) => archive.elite(cell));
    const state = { generations, seconds: this.#seconds(), milliseconds: { ...this.#milliseconds } };
    const [pictures, genomes] = await Promise.all([this.gallery.takeUnsaved(), population.genomes(cells)]);
    const records = cells.flatMap((cell, index): CellRecord[] => {
      const elite = elites[index];
      const genome = genomes[index];
      const number = classes[cell];
      if (!elite || !genome || number === undefined) return [];
      // Keys in one order, whether the elite was born in this process or read from a checkpoint.
      const { confidence, id, parent, generation, goalSwitches } = elite;
      const label = run.model.labels[number] ?? '';
      return [{ class: number, label, confidence, id, parent, generation, goalSwitches, genome }];
    });
    return { state, pictures, records };
  }

  async #save({ state, pictures, records }: Snapshot): Promise<void> {
    const { folder, run, classes } = this.evolution;
    const [channels, height, width] = run.model.image;
    try {
      for (const { cell, bytes } of pictures) {
        const pixels = unpadPlanes(bytes, height * width);
        await folder.writePicture(classes[cell] ?? cell, {
          channels: channels === 1 ? 1 : 3,
          height,
          width,
          pixels,
        });
      }
      await folder.flushProgress();
      const { version, model, adapter } = run;
      const origin = { format: 1, version, model: model.sha256, adapter: adapter.description } as const;
      await folder.writeState(records, { ...origin, ...state, cells: records });
    } catch (error) {
      this.gallery.putBack(pictures.map(({ cell }) => cell));
      throw error;
    }
  }

  #summary(generations: number): RunSummary {
    const { run, archive } = this.evolution;
    const { model, encoding, population, seed } = run.settings;
    const { median, mean, min, above99 } = summarise(archive.confidences());
    const seconds = this.#seconds();
    const evaluations = generations * population;
    return {
      model,
      encoding,
      generations,
      population,
      seed,
      adapter: run.adapter.name,
      evaluations,
      seconds,
      evaluationsPerSecond: evaluations / seconds,
      medianConfidence: median,
      meanConfidence: mean,
      minConfidence: min,
      cellsAbove99: above99,
      milliseconds: this.#milliseconds,
      complete: generations >= run.settings.generations,
    };
  }
}
