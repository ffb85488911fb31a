/** Records a search into a run folder: progress lines, pictures, genomes, checkpoints, with the times that it takes. */
import type { Replacement } from '../../evolution/archive.ts';
import type { Ancestor } from '../../evolution/lineage.ts';
import type { FinishEvent, GenerationEvent, Recorder, SearchProgress } from '../../evolution/recorder.ts';
import type { Search } from '../../evolution/search.ts';
import type { Image } from '../../image/image.ts';
import { messageOf } from '../../util/message-of.ts';
import { summarise } from '../../util/confidence-statistics.ts';
import { SavingPace } from '../saving-pace.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunFolder } from './folder.ts';
import { SavedGenomes, type Occupied, type UnsavedGenome } from './genome-files.ts';
import { RunTimes } from './run-times.ts';
import type { CellRecord, ProgressRecord, RunRecord, RunSummary } from './records.ts';

/** How often a run is saved, and who is told where that fails. */
export interface SavingOptions {
  /** Milliseconds of a clock that only moves forward; `performance.now` by default. */
  readonly now?: () => number;
  /** Milliseconds between checkpoints, at least; 5 s by default. */
  readonly checkpointEvery?: number;
  /** Checkpoints become rarer where saving would take more than this share of the time, up to 1; 0.1 by default. */
  readonly savingShare?: number;
  /** Called with what went wrong and does not end the run, such as a checkpoint that could not be saved. */
  readonly onWarning?: (text: string) => void;
}

/** A search, and where it is recorded. */
export interface RecordedSearch {
  readonly search: Search;
  readonly folder: RunFolder;
  readonly run: RunRecord;
  /** The state that the search goes on from. */
  readonly from?: Checkpoint;
}

/** A generation's outcome, read out of a search that goes on meanwhile. */
interface Snapshot {
  readonly state: Pick<Checkpoint, 'generations' | 'seconds' | 'milliseconds'>;
  readonly elites: readonly Occupied[];
  readonly ancestors: readonly Ancestor[];
  readonly pictures: readonly { readonly cell: number; readonly image: Image }[];
  readonly genomes: readonly UnsavedGenome[];
}

/** Records a search in a run folder: progress, pictures, checkpoints, the summary. Made by `folderRecorder`. */
export class FolderRecorder implements Recorder {
  readonly #search: Search;
  readonly #folder: RunFolder;
  readonly #run: RunRecord;
  readonly #genomes: SavedGenomes;
  readonly #times: RunTimes;
  readonly #pace: SavingPace;
  readonly #warn: (text: string) => void;
  #pending: (() => Promise<void>) | undefined;
  /** Of the checkpoint that the next one will be kept beside. */
  #savedCells: readonly CellRecord[];
  #summary: RunSummary | undefined;

  constructor(
    { search, folder, run, from }: RecordedSearch,
    { now = () => performance.now(), checkpointEvery, savingShare, onWarning }: SavingOptions,
  ) {
    this.#search = search;
    this.#folder = folder;
    this.#run = run;
    this.#savedCells = from?.cells ?? [];
    this.#genomes = new SavedGenomes(folder.storage, search.population);
    for (const [cell, { id, genome }] of from?.cells.entries() ?? [])
      this.#genomes.remember(cell, id, genome);
    this.#times = new RunTimes(now, from);
    this.#pace = new SavingPace(now, checkpointEvery, savingShare);
    this.#warn = onWarning ?? (() => undefined);
  }

  /** As `summary.json` has it. @throws Error before the run has been finished */
  get summary(): RunSummary {
    if (!this.#summary) throw new Error('a run that is not finished has no summary');
    return this.#summary;
  }

  /** Writes down what the generation before left to write. */
  async whileDeviceWorks(): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) return;
    const start = await this.#times.saving(pending);
    this.#pace.saved(start);
  }

  generation(event: GenerationEvent): void {
    this.#times.take(event);
    this.#folder.progress(this.#progress(event));
    // What the last generation leaves, `finish` saves.
    if (event.isLast || !this.#pace.isDue) return;
    const { generations } = event;
    // Reading starts now, before the next generation changes anything; writing can wait until the device is busy.
    const reading = this.#read(event);
    reading.catch(() => undefined);
    this.#pending = async () => {
      try {
        await this.#save(await reading);
      } catch (error) {
        this.#warn(`could not save generation ${String(generations)}, the run goes on: ${messageOf(error)}`);
      }
    };
  }

  /** Saves everything. @throws what the storage throws; the last checkpoint is then intact */
  async finish(event: FinishEvent): Promise<void> {
    this.#times.take(event);
    await this.whileDeviceWorks();
    await this.#times.saving(async () => {
      await this.#save(await this.#read(event));
    });
    this.#summary = this.#summarised(event);
    await this.#folder.writeSummary(this.#summary);
  }

  #progress({ generation, evaluations, replacements, confidences }: GenerationEvent): ProgressRecord {
    return {
      ...{ generation, evaluations, seconds: this.#times.seconds },
      ...summarise(confidences),
      replaced: replacements.length,
      goalSwitches: replacements.filter(({ switched }: Replacement) => switched).length,
      confidences,
    };
  }

  async #read({ generations }: SearchProgress): Promise<Snapshot> {
    const { archive, classes, lineage, gallery } = this.#search;
    const elites = classes.flatMap((number, cell): Occupied[] => {
      const elite = archive.elite(cell);
      return elite ? [{ cell, class: number, elite }] : [];
    });
    const ancestors = lineage.ancestors();
    const { seconds, milliseconds } = this.#times;
    const state = { generations, seconds, milliseconds };
    // Both are asked for before either is awaited: what they read is the state of this moment.
    const readingPictures = gallery.takeUnsaved();
    const readingGenomes = this.#genomes.takeUnsaved(elites);
    readingGenomes.catch(() => undefined);
    const pictures = await readingPictures;
    try {
      return { state, elites, ancestors, pictures, genomes: await readingGenomes };
    } catch (error) {
      gallery.putBack(pictures.map(({ cell }) => cell));
      throw error;
    }
  }

  async #save({ state, elites, ancestors, pictures, genomes }: Snapshot): Promise<void> {
    let cells: readonly CellRecord[];
    try {
      for (const { cell, image } of pictures)
        await this.#folder.writePicture(this.#search.classes[cell] ?? cell, image);
      await this.#genomes.save(genomes);
      await this.#folder.flushProgress();
      cells = elites.map((one) => this.#record(one));
      const { mark, version, model, adapter } = this.#run;
      const origin = {
        format: 3,
        ...(mark !== undefined && { mark }),
        version,
        model: model.sha256,
        architecture: model.architecture,
        adapter: adapter.description,
      } as const;
      await this.#folder.writeState(cells, { ...origin, ...state, cells, ancestors });
    } catch (error) {
      this.#search.gallery.putBack(pictures.map(({ cell }) => cell));
      throw error;
    }
    try {
      await this.#folder.removeOldGenomes([...this.#savedCells, ...cells]);
      this.#savedCells = cells;
    } catch (error) {
      // They only take room, and the next checkpoint tries again.
      this.#warn(`old genome files are left in the run folder: ${messageOf(error)}`);
    }
  }

  #record(one: Occupied): CellRecord {
    // Keys in one order, whether the elite was born in this process or read from a checkpoint.
    const { confidence, logOdds, id, parent, generation, goalSwitches, replacements } = one.elite;
    const label = this.#run.model.labels[one.class] ?? '';
    const genome = this.#genomes.stored(one);
    const sureness = { confidence, ...(logOdds !== undefined && { logOdds }) };
    const counts = { goalSwitches, ...(replacements !== undefined && { replacements }) };
    return { class: one.class, label, ...sureness, id, parent, generation, ...counts, genome };
  }

  #summarised({ generations, evaluations, complete }: FinishEvent): RunSummary {
    const { model, encoding, population, seed } = this.#run.settings;
    const { median, mean, min, above99 } = summarise(this.#search.archive.confidences());
    const { seconds, milliseconds } = this.#times;
    return {
      ...{ model, encoding, generations, population, seed },
      adapter: this.#run.adapter.name,
      ...{ evaluations, seconds, evaluationsPerSecond: evaluations / seconds },
      medianConfidence: median,
      meanConfidence: mean,
      minConfidence: min,
      cellsAbove99: above99,
      milliseconds,
      complete,
    };
  }
}
