/** Keeps the books of an ascent: trajectories, pictures, progress, checkpoints, trials, the summary. */
import { messageOf } from '../../util/message-of.ts';
import { unpadPlanes } from '../../image/image-layout.ts';
import type { Picture } from '../evolution/folder.ts';
import { SavingPace } from '../saving-pace.ts';
import { summarise } from '../../util/statistics.ts';
import { pictureName, trialFolder } from './folder.ts';
import type { Ascent, AscentHooks, Standing } from '../../ascent/ascent.ts';
import { summariseAttacks } from './attacks.ts';
import { packTensors, stateOrigin, writeState, type AscentState } from './checkpoint.ts';
import type { Optimiser } from '../../ascent/optimiser/optimiser.ts';
import {
  bestConfidence,
  historyOf,
  newTrajectory,
  rescored,
  rowOf,
  storedOf,
  type Trajectory,
} from '../../ascent/trajectory.ts';
import { frameOf } from './film-strip.ts';
import { judgeAttacks } from './judge-attacks.ts';
import type { Objective } from '../../ascent/objective/objective.ts';
import type { ClimbableParametrisation } from '../../ascent/parametrisation/create.ts';
import type { AscentProgress, AscentRow, AscentSummary, TrialRecord } from './records.ts';
import { standingOf } from '../../ascent/standing.ts';
import { bestTrial, summariseRows, summariseTrial } from './trial-summary.ts';

/** A lane that is climbed, with its objective's place in the settings. */
export interface OccupiedLane {
  readonly lane: number;
  readonly objective: number;
  readonly trajectory: Trajectory;
}

export class Books {
  /** Trial that is made, and iterations since its lanes were filled. */
  trial = 0;
  iteration = 0;
  evaluations = 0;
  /** Objective of each lane, and the iteration at which it started there. */
  lanes: number[] = [];
  starts: number[] = [];
  /** Of this trial, in the order of the objectives; those that have begun. */
  #trajectories: Trajectory[] = [];
  #rows: (AscentRow | undefined)[] = [];
  #trials: TrialRecord[] = [];
  readonly #started: number;
  readonly #pace: SavingPace;
  /** What the last state names. */
  #tensors: AscentState['tensors'];

  constructor(
    private readonly ascent: Ascent,
    private readonly hooks: AscentHooks,
  ) {
    const { from, run } = ascent;
    this.#started = hooks.now() - 1000 * (from?.state.seconds ?? 0);
    this.#pace = new SavingPace(hooks.now, hooks.checkpointEvery);
    this.#tensors = from?.state.tensors ?? null;
    if (!from) return;
    const { trial, iteration, evaluations, slots: lanes, starts, courses: trajectories, rows } = from.state;
    Object.assign(this, { trial, iteration, evaluations, lanes: [...lanes], starts: [...starts] });
    this.#trials = [...from.trials];
    this.#trajectories = trajectories.map((stored, index) => {
      const objective = run.settings.objectives[index];
      if (!objective) throw new Error('a trajectory without an objective');
      return rescored({ ...newTrajectory(objective), ...stored });
    });
    this.#rows = rows.map((row) => row ?? undefined);
  }

  /** Lanes that are not done. */
  get open(): OccupiedLane[] {
    return this.#occupied().filter(({ trajectory }) => !trajectory.closed);
  }

  get isTrialDone(): boolean {
    const { objectives } = this.ascent.run.settings;
    return (
      this.#trajectories.length === objectives.length && this.#trajectories.every(({ closed }) => closed)
    );
  }

  get standing(): Standing {
    return standingOf(this.ascent.run.settings, this.trial, this.#trajectories);
  }

  /** Objective of each lane, one that is done included. */
  laneObjectives(): Objective[] {
    return this.lanes.flatMap((place) => this.#trajectories[place]?.objective ?? []);
  }

  /** Begins the next objectives in as many lanes as there are. */
  fill(): void {
    const { batch, objectives } = this.ascent.run.settings;
    this.iteration = 0;
    const count = Math.min(batch, objectives.length - this.#trajectories.length);
    this.lanes = Array.from({ length: count }, () => this.#begin());
    this.starts = Array.from({ length: count }, () => 0);
  }

  /** Begins the next objectives in the lanes that are done. @returns those lanes */
  refill(): number[] {
    const { objectives } = this.ascent.run.settings;
    const replaced: number[] = [];
    for (const { lane, trajectory } of this.#occupied()) {
      if (!trajectory.closed || this.#trajectories.length === objectives.length) continue;
      this.lanes[lane] = this.#begin();
      this.starts[lane] = this.iteration;
      replaced.push(lane);
    }
    return replaced;
  }

  empty(): void {
    this.lanes = [];
    this.starts = [];
  }

  #begin(): number {
    const objective = this.ascent.run.settings.objectives[this.#trajectories.length];
    if (!objective) throw new Error('there is no further objective');
    return this.#trajectories.push(newTrajectory(objective)) - 1;
  }

  #occupied(): OccupiedLane[] {
    return this.lanes.flatMap((objective, lane): OccupiedLane[] => {
      const trajectory = this.#trajectories[objective];
      return trajectory ? [{ lane, objective, trajectory }] : [];
    });
  }

  /** After every read-back: a line of progress, and a checkpoint when it is time. */
  async submissionDone(optimiser: Optimiser): Promise<void> {
    const progress = this.#progress();
    this.ascent.folder.progress.add(progress);
    this.hooks.onProgress?.(progress, this.standing);
    if (!this.#pace.isDue) return;
    const start = this.hooks.now();
    try {
      await this.#save(optimiser);
      await this.#writeArchive();
    } catch (error) {
      this.hooks.onWarning?.(
        `could not save iteration ${String(this.iteration)}, the run goes on: ${messageOf(error)}`,
      );
    }
    this.#pace.saved(start);
  }

  /** The small pictures of the lanes' last iteration. */
  async frames(optimiser: Optimiser, lanes: readonly OccupiedLane[]): Promise<void> {
    for (const { lane, objective, trajectory } of lanes) {
      const picture = await this.#picture(optimiser, 'last', lane);
      await this.ascent.folder.writeFrame(objective, trajectory.value.length - 1, frameOf(picture));
    }
  }

  /** Pictures and rows of what is done now. */
  writeClosed(optimiser: Optimiser, parametrisation: ClimbableParametrisation): Promise<void> {
    const closed = this.#occupied().filter(
      ({ objective, trajectory }) => trajectory.closed && !this.#rows[objective],
    );
    return this.#writeRows(optimiser, parametrisation, closed);
  }

  /** The best so far of a run that the host stopped, and the state to go on from. */
  async interrupted(optimiser: Optimiser, parametrisation: ClimbableParametrisation): Promise<void> {
    const finished = [...this.#rows];
    await this.#save(optimiser);
    await this.#writeRows(optimiser, parametrisation, this.open);
    await this.#writeArchive();
    this.#rows = finished;
  }

  async trialDone(): Promise<void> {
    const { folder, run } = this.ascent;
    const { trials } = run.settings;
    const trial = trials[this.trial];
    const rows = this.#finishedRows();
    if (trials.length > 1 && trial) {
      this.#trials[this.trial] = summariseTrial(trial, rows, run.settings.objectives);
      const best = bestTrial(this.#trials);
      await folder.writeTrials(this.#trials);
      if (best === this.#trials[this.trial]) await this.#promote(rows);
    }
    // The archive comes first: a state never knows of more than the files that readers see.
    await this.#writeArchive();
    if (this.trial < trials.length - 1) {
      this.trial++;
      this.#trajectories = [];
      this.#rows = [];
    }
    this.empty();
    await this.#save(undefined);
  }

  async finish(): Promise<AscentSummary> {
    await this.ascent.folder.progress.flush();
    const summary = this.#summary();
    await this.ascent.folder.writeSummary(summary);
    return summary;
  }

  #seconds(): number {
    return (this.hooks.now() - this.#started) / 1000;
  }

  #progress(): AscentProgress {
    const wanted = this.#trajectories.filter(({ objective }) => objective.watched !== null);
    const { trial, iteration, evaluations } = this;
    const common = { trial, iteration, evaluations, seconds: this.#seconds() };
    if (wanted.length === 0) return common;
    const { median, mean, min, best } = summarise(wanted.map(bestConfidence));
    return { ...common, median, mean, min, best };
  }

  async #save(optimiser: Optimiser | undefined): Promise<void> {
    const { gpu, folder, run } = this.ascent;
    const tensors = optimiser && (await packTensors(gpu, optimiser.state));
    await folder.progress.flush();
    const { trial, iteration, evaluations } = this;
    const state = {
      format: 2,
      ...stateOrigin(run),
      trial,
      iteration,
      evaluations,
      seconds: this.#seconds(),
      slots: optimiser ? this.lanes : [],
      starts: optimiser ? this.starts : [],
      courses: this.#trajectories.map(storedOf),
      rows: Array.from(this.#trajectories, (_, index) => this.#rows[index] ?? null),
    } as const;
    this.#tensors = await writeState(folder.storage, state, tensors, this.#tensors);
  }

  /** A lane's picture as it is in a file: [channels, height, width]. */
  async #picture(optimiser: Optimiser, which: 'last' | 'best', lane: number): Promise<Picture> {
    const [channels, height, width] = this.ascent.run.model.image;
    const pixels = unpadPlanes(await optimiser.picture(which, lane), height * width);
    return { channels: channels === 1 ? 1 : 3, height, width, pixels };
  }

  async #writeRows(
    optimiser: Optimiser,
    parametrisation: ClimbableParametrisation,
    lanes: readonly OccupiedLane[],
  ): Promise<void> {
    const { folder, model, run } = this.ascent;
    const parameters = lanes.length > 0 ? await optimiser.bestParameters() : undefined;
    const genomes = parameters && parametrisation.genomesOf?.(parameters);
    const place = trialFolder(this.trial, run.settings.trials.length);
    const pictures = await Promise.all(lanes.map(({ lane }) => this.#picture(optimiser, 'best', lane)));
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
      this.#rows[objective] = {
        ...rowOf(trajectory, model, path),
        ...attacks?.[index],
        ...(genome && { genome }),
      };
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
  async #writeArchive(): Promise<void> {
    if (this.ascent.run.settings.trials.length > 1) return;
    const rows = this.#finishedRows();
    await this.ascent.folder.writeArchive(rows, this.#trajectories.slice(0, rows.length).map(historyOf));
  }

  /** Makes the trial that is done now the one that the archive shows. */
  async #promote(rows: readonly AscentRow[]): Promise<void> {
    const { folder } = this.ascent;
    const shown: AscentRow[] = [];
    for (const row of rows) {
      const picture = row.picture.replace(/^.*\//, 'images/');
      await folder.copyPicture(row.picture, picture);
      shown.push({ ...row, picture });
    }
    await folder.writeArchive(shown, this.#trajectories.map(historyOf));
  }

  #summary(): AscentSummary {
    const { run } = this.ascent;
    const { model, objectives, steps, seed, trials } = run.settings;
    const best = bestTrial(this.#trials);
    const current = this.#trajectories.map((trajectory) => rowOf(trajectory, this.ascent.model, ''));
    const attack = summariseAttacks(best?.rows ?? this.#rows.filter((row) => row !== undefined));
    const seconds = this.#seconds();
    const climbed = this.trial * objectives.length + this.#trajectories.length;
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
      ...summariseRows(best?.rows ?? current, run.settings),
      ...(best && { bestTrial: best.name }),
      ...(attack && { attack }),
      complete: this.trial === trials.length - 1 && this.isTrialDone,
    };
  }
}
