/** Keeps the books of an ascent: courses, pictures, progress, checkpoints, trials, the summary. */
import { messageOf } from '../message-of.ts';
import { unpadPlanes } from '../models/image-layout.ts';
import type { Picture } from '../evolution/run-folder.ts';
import { summarise } from '../evolution/statistics.ts';
import { pictureName, trialFolder } from './ascent-folder.ts';
import type { Ascent, AscentHooks } from './ascend.ts';
import { packTensors, writeState } from './checkpoint.ts';
import type { Climber } from './climber.ts';
import { bestConfidence, historyOf, newCourse, rowOf, storedOf, type Course } from './course.ts';
import { distanceBetween } from './distance.ts';
import { frameOf, hasStrip } from './frames.ts';
import type { ClimbableParametrisation } from './parametrise.ts';
import type { AscentProgress, AscentRow, AscentSummary, TrialRecord } from './records.ts';
import { bestTrial, summariseTrial } from './trials.ts';

/** Most that saving may take of the time. */
const savingShare = 0.1;

export class Books {
  /** Trial that is made; objectives of it that are done; iterations of its batch. */
  trial = 0;
  done = 0;
  iteration = 0;
  evaluations = 0;
  /** Courses of the batch that is climbed; empty between batches. */
  current: Course[] = [];
  #finished: Course[] = [];
  #rows: AscentRow[] = [];
  #trials: TrialRecord[] = [];
  readonly #started: number;
  #nextCheckpoint: number;

  constructor(
    private readonly ascent: Ascent,
    private readonly hooks: AscentHooks,
  ) {
    const { from, run } = ascent;
    this.#started = hooks.now() - 1000 * (from?.state.seconds ?? 0);
    this.#nextCheckpoint = hooks.now() + this.#interval;
    if (!from) return;
    const { trial, done, iteration, evaluations, courses, rows } = from.state;
    Object.assign(this, { trial, done, iteration, evaluations });
    this.#trials = [...from.trials];
    const restored = courses.map((stored, index) => {
      const objective = run.settings.objectives[index];
      if (!objective) throw new Error('a course without an objective');
      return { ...newCourse(objective), ...stored };
    });
    this.#finished = restored.slice(0, done);
    this.current = restored.slice(done);
    this.#rows = [...rows];
  }

  /** Iterations of objectives that are done or need not be done any more. */
  get settled(): number {
    const { objectives, steps } = this.ascent.run.settings;
    const whole = (this.trial * objectives.length + this.done) * (steps + 1);
    return this.current.reduce((sum, { closed, value }) => sum + (closed ? steps + 1 : value.length), whole);
  }

  begin(courses: Course[]): Course[] {
    this.current = courses;
    this.iteration = 0;
    return courses;
  }

  /** After every read-back: a line of progress, and a checkpoint when it is time. */
  async submissionDone(climber: Climber): Promise<void> {
    const progress = this.#progress();
    this.ascent.folder.progress.add(progress);
    this.hooks.onProgress?.(progress, this.settled);
    const start = this.hooks.now();
    if (start < this.#nextCheckpoint) return;
    try {
      await this.#save(climber);
    } catch (error) {
      this.hooks.onWarning?.(
        `could not save iteration ${String(this.iteration)}, the run goes on: ${messageOf(error)}`,
      );
    }
    const end = this.hooks.now();
    this.#nextCheckpoint = Math.max(start + this.#interval, end + (end - start) * (1 / savingShare - 1));
  }

  /** The small pictures of an iteration that belongs to the film strips. */
  async frame(climber: Climber, iteration: number): Promise<void> {
    if (!hasStrip(this.done)) return;
    const pictures = await this.#split(climber, 'last');
    for (const [slot, course] of this.current.entries()) {
      const picture = pictures[slot];
      if (picture && hasStrip(this.done + slot) && iteration < course.value.length)
        await this.ascent.folder.writeFrame(this.done + slot, iteration, frameOf(picture));
    }
  }

  async batchDone(climber: Climber, parametrisation: ClimbableParametrisation): Promise<void> {
    this.#rows.push(...(await this.#writePictures(climber, parametrisation)));
    this.#finished.push(...this.current);
    this.done += this.current.length;
    this.begin([]);
    // The archive comes first: a state never knows of more than the files that readers see.
    if (this.ascent.run.settings.trials.length === 1) await this.#writeArchive(this.#rows, this.#finished);
    await this.#save(undefined);
  }

  /** The best so far of a batch that the host stopped, and the state to go on from. */
  async batchInterrupted(climber: Climber, parametrisation: ClimbableParametrisation): Promise<void> {
    const rows = [...this.#rows, ...(await this.#writePictures(climber, parametrisation))];
    if (this.ascent.run.settings.trials.length === 1)
      await this.#writeArchive(rows, [...this.#finished, ...this.current]);
    await this.#save(climber);
  }

  async trialDone(): Promise<void> {
    const { folder, run } = this.ascent;
    const { trials } = run.settings;
    const trial = trials[this.trial];
    if (trials.length > 1 && trial) {
      this.#trials[this.trial] = summariseTrial(trial, this.#rows);
      const best = bestTrial(this.#trials);
      await folder.writeTrials(this.#trials);
      if (best === this.#trials[this.trial]) await this.#promote();
    }
    if (this.trial === trials.length - 1) return;
    this.trial++;
    this.done = 0;
    this.#rows = [];
    this.#finished = [];
    await this.#save(undefined);
  }

  async finish(): Promise<AscentSummary> {
    await this.ascent.folder.progress.flush();
    const summary = this.#summary();
    await this.ascent.folder.writeSummary(summary);
    return summary;
  }

  get #interval(): number {
    return this.hooks.checkpointEvery ?? 5000;
  }

  #seconds(): number {
    return (this.hooks.now() - this.#started) / 1000;
  }

  #progress(): AscentProgress {
    const scores = [...this.#finished, ...this.current].map(bestConfidence);
    const { median, mean, min, best } = summarise(scores);
    const { trial, iteration, evaluations } = this;
    return { trial, iteration, evaluations, seconds: this.#seconds(), median, mean, min, best };
  }

  async #save(climber: Climber | undefined): Promise<void> {
    const { gpu, folder, run } = this.ascent;
    const tensors = climber && (await packTensors(gpu, climber.state));
    await folder.progress.flush();
    const { trial, done, iteration, evaluations } = this;
    const state = {
      format: 1,
      version: run.version,
      model: run.model.sha256,
      architecture: run.model.architecture,
      adapter: run.adapter.description,
      trial,
      done,
      iteration,
      evaluations,
      seconds: this.#seconds(),
      lines: folder.progress.count,
      courses: [...this.#finished, ...this.current].map(storedOf),
      rows: this.#rows,
    } as const;
    await writeState(folder.storage, state, tensors);
  }

  /** Pictures of the batch as they are in files: [channels, height, width] each. */
  async #split(climber: Climber, which: 'last' | 'best'): Promise<Picture[]> {
    const [channels, height, width] = this.ascent.run.model.image;
    const pixels = unpadPlanes(await climber.pictures(which), height * width);
    const size = channels * height * width;
    return this.current.map((_, slot) => ({
      channels: channels === 1 ? 1 : 3,
      height,
      width,
      pixels: pixels.slice(slot * size, (slot + 1) * size),
    }));
  }

  async #writePictures(climber: Climber, parametrisation: ClimbableParametrisation): Promise<AscentRow[]> {
    const { folder, model, run, picture: start } = this.ascent;
    const pictures = await this.#split(climber, 'best');
    const parameters = await climber.bestParameters();
    const genomes = parameters && parametrisation.genomesOf?.(parameters);
    const place = trialFolder(this.trial, run.settings.trials.length);
    const rows: AscentRow[] = [];
    for (const [slot, course] of this.current.entries()) {
      const picture = pictures[slot];
      if (!picture) continue;
      const path = `${place}/${pictureName(course.objective, this.done + slot)}`;
      await folder.writePicture(path, picture);
      const genome = genomes?.[slot];
      rows.push({
        ...rowOf(course, model, path),
        ...(start && { distance: distanceBetween(picture.pixels, start.pixels) }),
        ...(genome && { genome }),
      });
    }
    return rows;
  }

  async #writeArchive(rows: readonly AscentRow[], courses: readonly Course[]): Promise<void> {
    await this.ascent.folder.writeArchive(rows, courses.map(historyOf));
  }

  /** Makes the trial that is done now the one that the archive shows. */
  async #promote(): Promise<void> {
    const { folder } = this.ascent;
    const rows: AscentRow[] = [];
    for (const row of this.#rows) {
      const picture = row.picture.replace(/^.*\//, 'images/');
      await folder.copyPicture(row.picture, picture);
      rows.push({ ...row, picture });
    }
    await this.#writeArchive(rows, this.#finished);
  }

  #summary(): AscentSummary {
    const { run } = this.ascent;
    const { model, objectives, steps, seed, trials } = run.settings;
    const best = bestTrial(this.#trials);
    const partial = this.current.map(bestConfidence);
    const confidences = best
      ? best.rows.map(({ confidence }) => confidence)
      : [...this.#rows.map(({ confidence }) => confidence), ...partial];
    const { median, mean, min, above99 } = summarise(confidences);
    const seconds = this.#seconds();
    const climbed = this.trial * objectives.length + this.done + this.current.length;
    return {
      model,
      objectives: objectives.length,
      steps,
      seed,
      adapter: run.adapter.name,
      evaluations: this.evaluations,
      seconds,
      evaluationsPerSecond: this.evaluations / seconds,
      secondsPerObjective: seconds / Math.max(1, climbed),
      medianConfidence: median,
      meanConfidence: mean,
      minConfidence: min,
      cellsAbove99: above99,
      cellsAbove9999: confidences.filter((confidence) => confidence >= 0.9999).length,
      ...(best && { bestTrial: best.name }),
      complete: this.trial === trials.length - 1 && this.done === objectives.length,
    };
  }
}
