/** Records a search into a run folder: progress lines, genomes, checkpoints, pictures at its end, with the times that it takes. */
import type { Replacement } from '../../evolution/archive.ts';
import type { FinishEvent, GenerationEvent, Recorder } from '../../evolution/recorder.ts';
import type { Search } from '../../evolution/search.ts';
import { DeviceLostError } from '../../gpu/errors.ts';
import { summarise } from '../../util/confidence-statistics.ts';
import { messageOf } from '../../util/message-of.ts';
import { OneAtATime } from '../../util/one-at-a-time.ts';
import { SavingPace } from '../saving-pace.ts';
import type { Checkpoint } from './checkpoint.ts';
import { FolderWriter } from './folder-writer.ts';
import type { EncodePicture, RunFolder } from './folder.ts';
import { RunTimes } from './run-times.ts';
import type { RunRecord, RunSummary } from './records.ts';
import {
  WriterLostError,
  type Occupied,
  type OpenWriter,
  type ProgressLine,
  type SaveWriter,
  type WriterSetup,
} from './save-writer.ts';
import { outcomeOf, snapshotOf, type Outcome } from './snapshot.ts';

/** How often a run is saved, and who is told where that fails. */
export interface SavingOptions {
  /** Milliseconds of a clock that only moves forward; `performance.now` by default. */
  readonly now?: () => number;
  /** Milliseconds between checkpoints, at least; 5 s by default. */
  readonly checkpointEvery?: number;
  /**
   * Checkpoints become rarer where saving would take more than this share of the time, up to 1; by default 0.1 where the search
   * waits for it, 0.5 where it goes on meanwhile.
   */
  readonly savingShare?: number;
  /** Saves beside the search; without it, the search waits for every save. */
  readonly openWriter?: OpenWriter;
  /** Called with what went wrong and does not end the run, such as a checkpoint that could not be saved. */
  readonly onWarning?: (text: string) => void;
}

/** A search, and where it is recorded. */
export interface RecordedSearch {
  readonly search: Search;
  readonly folder: RunFolder;
  readonly encodePicture: EncodePicture;
  readonly run: RunRecord;
  /** The state that the search goes on from. */
  readonly from?: Checkpoint;
  /** As a writer is told it. */
  readonly pictured?: WriterSetup['pictured'];
}

/** Pictures that are read of the device at a time, while those before are written. */
const picturesAtATime = 64;

/** Records a search in a run folder: progress, pictures, checkpoints, the summary. Made by `folderRecorder`. */
export class FolderRecorder implements Recorder {
  readonly #search: Search;
  readonly #folder: RunFolder;
  readonly #encode: EncodePicture;
  readonly #run: RunRecord;
  readonly #times: RunTimes;
  readonly #pace: SavingPace;
  readonly #warn: (text: string) => void;
  readonly #saves = new OneAtATime();
  readonly #setup: WriterSetup;
  #writer: SaveWriter;
  /** Of the generation before, until the device is busy. */
  #pending: Outcome | undefined;
  #lines: readonly ProgressLine[] = [];
  /** By cell: the elite whose genome the writer has. */
  readonly #kept = new Map<number, number>();
  #summary: RunSummary | undefined;

  constructor(
    { search, folder, encodePicture, run, from, pictured = [] }: RecordedSearch,
    { now = () => performance.now(), checkpointEvery, savingShare, openWriter, onWarning }: SavingOptions,
  ) {
    this.#search = search;
    this.#folder = folder;
    this.#encode = encodePicture;
    this.#run = run;
    this.#setup = { run, cells: from?.cells ?? [], pictured, takesOver: false };
    this.#writer = openWriter?.(this.#setup) ?? this.#inLine(this.#setup);
    for (const [cell, { id }] of this.#setup.cells.entries()) this.#kept.set(cell, id);
    this.#times = new RunTimes(now, from);
    const share = savingShare ?? (this.#writer.inBackground ? 0.5 : 0.1);
    this.#pace = new SavingPace(now, checkpointEvery, share);
    this.#warn = onWarning ?? (() => undefined);
  }

  /** As `summary.json` has it. @throws Error before the run has been finished */
  get summary(): RunSummary {
    if (!this.#summary) throw new Error('a run that is not finished has no summary');
    return this.#summary;
  }

  /** Hands over what the generation before left to save, and waits for it only where no other thread does it. */
  async whileDeviceWorks(): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) return;
    this.#saves.begin(() => this.#saveOrWarn(pending));
    if (!this.#writer.inBackground) await this.#times.waiting(this.#saves.settled());
  }

  generation(event: GenerationEvent): void {
    this.#times.take(event);
    this.#times.handing(() => {
      this.#lines = [...this.#lines, this.#line(event)];
      // What the last generation leaves, `finish` saves; while something is being saved, a later generation will be.
      if (event.isLast || !this.#pace.isDue || this.#saves.isBusy) return;
      // Reading starts now, before the next generation changes anything; the rest can wait until the device is busy.
      this.#pending = this.#outcome(event.generations);
    });
  }

  /** Saves everything, pictures included. @throws what the storage throws; the last checkpoint is then intact */
  async finish(event: FinishEvent): Promise<void> {
    this.#times.take(event);
    this.#pending = undefined;
    await this.#times.waiting(this.#saveAll(event.generations));
    this.#summary = this.#summarised(event);
    await this.#folder.writeSummary(this.#summary);
  }

  async close(): Promise<void> {
    await this.#saves.settled();
    await this.#writer.close();
  }

  #inLine(setup: WriterSetup): SaveWriter {
    return new FolderWriter(this.#folder.storage, this.#encode, setup);
  }

  #outcome(generations: number): Outcome {
    const isKept = ({ cell, elite }: Occupied) => this.#kept.get(cell) === elite.id;
    return outcomeOf(this.#search, generations, this.#times, isKept);
  }

  async #saveOrWarn(outcome: Outcome): Promise<void> {
    const start = this.#times.moment;
    try {
      await this.#save(outcome);
    } catch (error) {
      // It ends the search, which says so itself.
      if (error instanceof DeviceLostError) return;
      if (error instanceof WriterLostError) this.#takeOver(error);
      else
        this.#warn(
          `could not save generation ${String(outcome.state.generations)}, the run goes on: ${messageOf(error)}`,
        );
    } finally {
      if (this.#writer.inBackground) this.#times.saved(start);
      this.#pace.saved(start);
    }
  }

  async #save(outcome: Outcome): Promise<void> {
    const genomes = await outcome.genomes;
    const lines = this.#lines;
    const hand = () => this.#writer.save(snapshotOf(outcome, genomes, lines));
    const warnings = await (this.#writer.inBackground ? this.#times.handing(hand) : hand());
    for (const { cell, elite } of outcome.changed) this.#kept.set(cell, elite.id);
    this.#lines = this.#lines.slice(lines.length);
    for (const warning of warnings) this.#warn(warning);
  }

  async #saveAll(generations: number): Promise<void> {
    await this.#saves.settled();
    try {
      await this.#save(this.#outcome(generations));
      await this.#writePictures();
    } catch (error) {
      if (!(error instanceof WriterLostError)) throw error;
      this.#takeOver(error);
      await this.#save(this.#outcome(generations));
      await this.#writePictures();
    }
  }

  async #writePictures(): Promise<void> {
    const { archive, classes, gallery } = this.#search;
    const cells = archive.occupied();
    let writing = Promise.resolve();
    for (let first = 0; first < cells.length; first += picturesAtATime) {
      const some = cells.slice(first, first + picturesAtATime);
      const images = await gallery.images(some);
      await writing;
      writing = this.#writer.writePictures(
        images.map((image, index) => ({ class: classes[some[index] ?? 0] ?? 0, image })),
      );
      writing.catch(() => undefined);
    }
    await writing;
  }

  /** What the writer had kept is on disk; what it was handed and had not, is taken again. */
  #takeOver(error: WriterLostError): void {
    this.#warn(`the run goes on, and waits while it is saved: ${error.message}`);
    const pictured = this.#search.classes.map((number) => [number, null] as const);
    this.#writer = this.#inLine({ ...this.#setup, cells: [], pictured, takesOver: true });
    this.#kept.clear();
  }

  #line({ generation, evaluations, replacements, confidences, statistics }: GenerationEvent): ProgressLine {
    const record = {
      ...{ generation, evaluations, seconds: this.#times.seconds },
      ...statistics,
      replaced: replacements.length,
      goalSwitches: replacements.filter(({ switched }: Replacement) => switched).length,
    };
    return { record, confidences };
  }

  #summarised({ generations, evaluations, complete }: FinishEvent): RunSummary {
    const { model, encoding, population, seed } = this.#run.settings;
    const { median, mean, min, above99 } = summarise(this.#search.archive.confidences());
    const { seconds, milliseconds, backgroundSaving } = this.#times;
    return {
      ...{ model, encoding, generations, population, seed },
      adapter: this.#run.adapter.name,
      ...{ evaluations, seconds, evaluationsPerSecond: evaluations / seconds },
      medianConfidence: median,
      meanConfidence: mean,
      minConfidence: min,
      cellsAbove99: above99,
      ...{ milliseconds, backgroundSaving },
      deviceShare: Math.min(1, (milliseconds.render + milliseconds.network) / Math.max(1000 * seconds, 1)),
      complete,
    };
  }
}
