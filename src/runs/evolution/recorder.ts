/** Keeps the books of a run: times, progress lines, pictures, genomes, checkpoints. */
import { imageWords, unpadPlanes } from '../../image/image-layout.ts';
import { messageOf } from '../../util/message-of.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Evaluation } from '../../evolution/evaluator.ts';
import type { Replacement } from '../../evolution/archive.ts';
import type { Evolution, EvolutionHooks } from '../../evolution/evolution.ts';
import { Gallery } from '../../evolution/gallery.ts';
import type { Ancestor } from '../../evolution/lineage.ts';
import type { CellRecord, ProgressRecord, RunSummary, StageTimes } from './records.ts';
import { SavedGenomes, type Occupied, type UnsavedGenome } from './genome-files.ts';
import { SavingPace } from '../saving-pace.ts';
import { summarise } from '../../util/statistics.ts';

/** A generation's outcome, read out of a search that goes on meanwhile. */
interface Snapshot {
  readonly state: Pick<Checkpoint, 'generations' | 'seconds' | 'milliseconds'>;
  readonly elites: readonly Occupied[];
  readonly ancestors: readonly Ancestor[];
  readonly pictures: readonly { readonly cell: number; readonly bytes: Uint8Array<ArrayBuffer> }[];
  readonly genomes: readonly UnsavedGenome[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Keeper {
  readonly gallery: Gallery;
  readonly #genomes: SavedGenomes;
  readonly #milliseconds: Mutable<StageTimes>;
  readonly #started: number;
  #pending: (() => Promise<void>) | undefined;
  readonly #pace: SavingPace;
  /** Of the checkpoint that the next one will be kept beside. */
  #savedCells: readonly CellRecord[];

  constructor(
    private readonly evolution: Evolution,
    private readonly hooks: EvolutionHooks,
  ) {
    const { gpu, classifier, population, classes, folder, from } = evolution;
    const bytes = 4 * imageWords(evolution.run.model.image);
    this.gallery = new Gallery(gpu, classifier.images, bytes, classes.length);
    this.#savedCells = from?.cells ?? [];
    this.#genomes = new SavedGenomes(folder.storage, population);
    for (const [cell, { id, genome }] of from?.cells.entries() ?? [])
      this.#genomes.remember(cell, id, genome);
    this.#milliseconds = {
      setUp: 0,
      render: 0,
      network: 0,
      readBack: 0,
      evolution: 0,
      saving: 0,
      ...from?.milliseconds,
    };
    this.#milliseconds.setUp += hooks.setUp ?? 0;
    this.#started = hooks.now() - 1000 * (from?.seconds ?? 0);
    this.#pace = new SavingPace(hooks.now, hooks.checkpointEvery, hooks.savingShare);
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
    if (!pending) return;
    const start = this.hooks.now();
    await this.timed('saving', pending);
    this.#pace.saved(start);
  }

  generationDone(generations: number, replacements: readonly Replacement[]): void {
    const progress = this.#progress(generations, replacements);
    this.evolution.folder.progress(progress);
    this.hooks.onGeneration?.(progress);
    // What the last generation leaves, `finish` saves.
    const last = generations >= this.evolution.run.settings.generations;
    if (last || !this.#pace.isDue) return;
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

  #progress(generations: number, replacements: readonly Replacement[]): ProgressRecord {
    const confidences = this.evolution.archive.confidences();
    const { population } = this.evolution.run.settings;
    const evaluations = generations * population;
    return {
      generation: generations - 1,
      evaluations,
      seconds: this.#seconds(),
      ...summarise(confidences),
      replaced: replacements.length,
      goalSwitches: replacements.filter(({ switched }) => switched).length,
      confidences,
    };
  }

  async #read(generations: number): Promise<Snapshot> {
    const { archive, classes } = this.evolution;
    const elites = classes.flatMap((number, cell): Occupied[] => {
      const elite = archive.elite(cell);
      return elite ? [{ cell, class: number, elite }] : [];
    });
    const ancestors = this.evolution.lineage.ancestors();
    const state = { generations, seconds: this.#seconds(), milliseconds: { ...this.#milliseconds } };
    // Both are asked for before either is awaited: what they read is the state of this moment.
    const readingPictures = this.gallery.takeUnsaved();
    const readingGenomes = this.#genomes.takeUnsaved(elites);
    readingGenomes.catch(() => undefined);
    const pictures = await readingPictures;
    try {
      return { state, elites, ancestors, pictures, genomes: await readingGenomes };
    } catch (error) {
      this.gallery.putBack(pictures.map(({ cell }) => cell));
      throw error;
    }
  }

  async #save({ state, elites, ancestors, pictures, genomes }: Snapshot): Promise<void> {
    const { folder, run } = this.evolution;
    let cells: readonly CellRecord[];
    try {
      await this.#savePictures(pictures);
      await this.#genomes.save(genomes);
      await folder.flushProgress();
      cells = elites.map((one) => this.#record(one));
      const { mark, version, model, adapter } = run;
      const origin = {
        format: 3,
        ...(mark !== undefined && { mark }),
        version,
        model: model.sha256,
        architecture: model.architecture,
        adapter: adapter.description,
      } as const;
      await folder.writeState(cells, { ...origin, ...state, cells, ancestors });
    } catch (error) {
      this.gallery.putBack(pictures.map(({ cell }) => cell));
      throw error;
    }
    try {
      await folder.removeOldGenomes([...this.#savedCells, ...cells]);
      this.#savedCells = cells;
    } catch (error) {
      // They only take room, and the next checkpoint tries again.
      this.hooks.onWarning?.(`old genome files are left in the run folder: ${messageOf(error)}`);
    }
  }

  async #savePictures(pictures: Snapshot['pictures']): Promise<void> {
    const { folder, run, classes } = this.evolution;
    const extent = run.model.image;
    for (const { cell, bytes } of pictures) {
      const image = { extent, bytes: unpadPlanes(bytes, extent[1] * extent[2]) };
      await folder.writePicture(classes[cell] ?? cell, image);
    }
  }

  #record(one: Occupied): CellRecord {
    // Keys in one order, whether the elite was born in this process or read from a checkpoint.
    const { confidence, logOdds, id, parent, generation, goalSwitches, replacements } = one.elite;
    const label = this.evolution.run.model.labels[one.class] ?? '';
    const genome = this.#genomes.stored(one);
    const sureness = { confidence, ...(logOdds !== undefined && { logOdds }) };
    const counts = { goalSwitches, ...(replacements !== undefined && { replacements }) };
    return { class: one.class, label, ...sureness, id, parent, generation, ...counts, genome };
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
