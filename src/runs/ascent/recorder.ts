/** Writes an ascent down in its run folder: images, archive, progress, film strips, trials, checkpoints, summary. */
import type { AscentRecorder, AscentView, ClimbedBatch } from '../../ascent/recorder.ts';
import type { OccupiedLane } from '../../ascent/lane-queue.ts';
import { progressOf } from '../../ascent/standing.ts';
import { messageOf } from '../../util/message-of.ts';
import { SavingPace } from '../saving-pace.ts';
import { packTensors, stateOrigin, writeState, type AscentState } from './checkpoint.ts';
import { frameOf, hasStrip, isFrame } from './film-strip.ts';
import { pictureName, trialFolder } from './folder.ts';
import { judgeAttacks } from './judge-attacks.ts';
import { historyOf, rowOf } from './rows.ts';
import type { AscentRow, AscentSummary, TrialRecord } from './schema.ts';
import type { RecordedAscent } from './start.ts';
import { storedOf } from './stored-trajectory.ts';
import { summaryOf } from './summary.ts';
import { bestTrial, summariseTrial } from './trial-summary.ts';

/** Clock and pace of what a recorder saves. */
export interface RecorderOptions {
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
  /** Milliseconds between checkpoints, at least; default: 5000. */
  readonly checkpointEvery?: number;
  /** Something went wrong that does not end the run. */
  readonly onWarning?: (text: string) => void;
}

/** An ascent between two batches, as a checkpoint has it. */
interface Between {
  readonly trial: number;
  readonly evaluations: number;
  readonly queue: Pick<AscentView['queue'], 'iteration' | 'lanes' | 'starts' | 'trajectories'>;
}

export class FolderRecorder implements AscentRecorder {
  /** Of the objectives of this trial that are done, by their places. */
  #rows: (AscentRow | undefined)[];
  readonly #trials: TrialRecord[];
  readonly #started: number;
  readonly #pace: SavingPace;
  /** What the last state names. */
  #tensors: AscentState['tensors'];

  constructor(
    private readonly ascent: RecordedAscent,
    private readonly options: RecorderOptions,
  ) {
    const { saved } = ascent;
    const { now, checkpointEvery } = options;
    this.#started = now() - 1000 * (saved?.state.seconds ?? 0);
    this.#pace = new SavingPace(now, checkpointEvery);
    this.#tensors = saved?.state.tensors ?? null;
    this.#trials = [...(saved?.trials ?? [])];
    this.#rows = saved?.state.rows.map((row) => row ?? undefined) ?? [];
  }

  wantsImage(objective: number, iteration: number): boolean {
    return hasStrip(objective) && isFrame(iteration, this.ascent.settings);
  }

  /** The small pictures of the lanes' last iteration. */
  async images(_: AscentView, batch: ClimbedBatch, lanes: readonly OccupiedLane[]): Promise<void> {
    for (const { lane, objective, trajectory } of lanes) {
      const picture = await batch.optimiser.image('last', lane);
      await this.ascent.folder.writeFrame(objective, trajectory.value.length - 1, frameOf(picture));
    }
  }

  /** Pictures and rows of what is done now. */
  closed(view: AscentView, batch: ClimbedBatch, lanes: readonly OccupiedLane[]): Promise<void> {
    return this.#writeRows(view, batch, lanes);
  }

  /** A line of progress, and a checkpoint when it is time. */
  async submission(view: AscentView, batch: ClimbedBatch): Promise<void> {
    const { trial, iteration, evaluations, ...confidences } = progressOf(view);
    const counts = { trial, iteration, evaluations, seconds: this.#seconds() };
    this.ascent.folder.progress.add({ ...counts, ...confidences });
    if (!this.#pace.isDue) return;
    const start = this.options.now();
    try {
      await this.#save(view, batch);
      await this.#writeArchive(view);
    } catch (error) {
      this.options.onWarning?.(
        `could not save iteration ${String(iteration)}, the run goes on: ${messageOf(error)}`,
      );
    }
    this.#pace.saved(start);
  }

  /** The state to go on from, and the best so far of what is not done. */
  async interrupted(view: AscentView, batch: ClimbedBatch): Promise<void> {
    const finished = [...this.#rows];
    await this.#save(view, batch);
    await this.#writeRows(view, batch, view.queue.open);
    await this.#writeArchive(view);
    this.#rows = finished;
  }

  async trialDone(view: AscentView): Promise<void> {
    const { folder, settings } = this.ascent;
    const { trials, objectives } = settings;
    const trial = trials[view.trial];
    const rows = this.#finishedRows();
    if (trials.length > 1 && trial) {
      this.#trials[view.trial] = summariseTrial(trial, rows, objectives);
      const best = bestTrial(this.#trials);
      await folder.writeTrials(this.#trials);
      if (best === this.#trials[view.trial]) await this.#promote(view, rows);
    }
    // The archive comes first: a state never knows of more than the files that readers see.
    await this.#writeArchive(view);
    const isLast = view.trial === trials.length - 1;
    if (!isLast) this.#rows = [];
    const { evaluations, queue } = view;
    const { iteration } = queue;
    const trajectories = isLast ? queue.trajectories : [];
    await this.#save({
      trial: isLast ? view.trial : view.trial + 1,
      evaluations,
      queue: { iteration, lanes: [], starts: [], trajectories },
    });
  }

  /** Writes the summary. @param view where the ascent ended */
  async finish(view: AscentView): Promise<AscentSummary> {
    const { folder } = this.ascent;
    await folder.progress.flush();
    const rows = this.#rows.filter((row) => row !== undefined);
    const summary = summaryOf(this.ascent, view, { trials: this.#trials, rows, seconds: this.#seconds() });
    await folder.writeSummary(summary);
    return summary;
  }

  #seconds(): number {
    return (this.options.now() - this.#started) / 1000;
  }

  /** @param batch that is climbed; none between two of them */
  async #save({ trial, evaluations, queue }: Between, batch?: ClimbedBatch): Promise<void> {
    const { gpu, folder, run } = this.ascent;
    const tensors = batch && (await packTensors(gpu, batch.optimiser.state));
    await folder.progress.flush();
    const { iteration, lanes, starts, trajectories } = queue;
    const state = {
      format: 2,
      ...stateOrigin(run),
      trial,
      iteration,
      evaluations,
      seconds: this.#seconds(),
      slots: lanes,
      starts,
      courses: trajectories.map(storedOf),
      rows: trajectories.map((_, index) => this.#rows[index] ?? null),
    } as const;
    this.#tensors = await writeState(folder.storage, state, tensors, this.#tensors);
  }

  async #writeRows(view: AscentView, batch: ClimbedBatch, lanes: readonly OccupiedLane[]): Promise<void> {
    const { folder, model, settings } = this.ascent;
    const { optimiser, parametrisation } = batch;
    const parameters = lanes.length > 0 ? await optimiser.bestParameters() : undefined;
    const genomes = parameters && parametrisation.genomesOf?.(parameters);
    const place = trialFolder(view.trial, settings.trials.length);
    const pictures = await Promise.all(lanes.map(({ lane }) => optimiser.image('best', lane)));
    const attacks = await judgeAttacks(
      this.ascent,
      lanes.map(({ trajectory }) => trajectory),
      pictures,
    );
    for (const [index, { lane, objective, trajectory }] of lanes.entries()) {
      const picture = pictures[index];
      if (!picture) continue;
      const path = `${place}/${pictureName(trajectory.objective, objective, model.labels)}`;
      await folder.writePicture(path, picture);
      const genome = genomes?.[lane];
      const row = rowOf(trajectory, model, path);
      this.#rows[objective] = { ...row, ...attacks?.[index], ...(genome && { genome }) };
    }
  }

  /** Rows from the first on, up to one that is not there yet. */
  #finishedRows(): AscentRow[] {
    const rows: AscentRow[] = [];
    for (const row of this.#rows) {
      if (!row) break;
      rows.push(row);
    }
    return rows;
  }

  /** Where there is one trial, whose archive grows; that of several is written when the best is known. */
  async #writeArchive({ queue }: AscentView): Promise<void> {
    if (this.ascent.settings.trials.length > 1) return;
    const rows = this.#finishedRows();
    await this.ascent.folder.writeArchive(rows, queue.trajectories.slice(0, rows.length).map(historyOf));
  }

  /** Makes the trial that is done now the one that the archive shows. */
  async #promote({ queue }: AscentView, rows: readonly AscentRow[]): Promise<void> {
    const { folder } = this.ascent;
    const shown: AscentRow[] = [];
    for (const row of rows) {
      const picture = row.picture.replace(/^.*\//, 'images/');
      await folder.copyPicture(row.picture, picture);
      shown.push({ ...row, picture });
    }
    await folder.writeArchive(shown, queue.trajectories.map(historyOf));
  }
}
