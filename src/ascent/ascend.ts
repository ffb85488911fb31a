/** A whole gradient ascent in one call: trials one after the other, their objectives batch by batch (paper §2.4). */
import type { Gpu } from '../gpu/device.ts';
import type { Model } from '../model/model.ts';
import { climbLanes } from './climb-lanes.ts';
import { LaneQueue, type OccupiedLane, type QueueState } from './lane-queue.ts';
import { mostIterations, type ObjectiveGraph } from './objective-graph.ts';
import type { Objective } from './objective/objective.ts';
import { Optimiser, type OptimiserState } from './optimiser/optimiser.ts';
import type { ClimbableParametrisation } from './parametrisation/parametrisation.ts';
import type { AscentRecorder, AscentView, ClimbedBatch } from './recorder.ts';
import type { AscentSettings, Trial } from './settings.ts';
import { progressOf, standingOf, type Progress, type Standing } from './standing.ts';
import { pictureForOf } from './start-pictures.ts';

/** An ascent that is ready on the device. */
export interface PreparedAscent {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly graph: ObjectiveGraph;
  readonly settings: AscentSettings;
  /** Makes the parametrisation of the objectives that are climbed side by side. */
  readonly parametrise: (objectives: readonly Objective[]) => Promise<ClimbableParametrisation>;
  /** What it starts from, where that is pictures: bytes [channels, height, width] each, of the model's size. */
  readonly startPictures?: readonly Uint8Array[];
  /** Where an interrupted ascent goes on; the start where there is none. */
  readonly from?: InterruptedAscent;
}

/** Where a saved ascent goes on: its trial, its queue of objectives, and how its tensors are brought back. */
export interface InterruptedAscent extends QueueState {
  readonly trial: number;
  readonly evaluations: number;
  /** Fills the tensors of the batch that was climbed. Called where the interruption left lanes occupied. */
  readonly load: (into: OptimiserState) => Promise<void>;
}

/** How a host follows and steers an ascent. */
export interface AscentHooks {
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
  /** After every read-back. */
  readonly onProgress?: (progress: Progress, standing: Standing) => void;
  /** Asked after every submission; true ends the ascent. */
  readonly shouldStop?: () => boolean;
  /** Milliseconds that a submission is to take; default: 500. What comes out does not depend on it. */
  readonly submissionTime?: number;
}

/**
 * Runs until every objective is done or the host says stop.
 * @param recorder what writes it down; default: nothing
 * @returns where it stands at the end
 */
export async function ascend(
  ascent: PreparedAscent,
  hooks: AscentHooks,
  recorder: AscentRecorder = {},
): Promise<AscentView> {
  const loop = new Loop(ascent, hooks, recorder);
  await loop.run();
  return loop;
}

interface Batch extends ClimbedBatch {
  readonly optimiser: Optimiser;
}

class Loop implements AscentView {
  readonly queue: LaneQueue;
  #trial: number;
  #evaluations: number;

  constructor(
    private readonly ascent: PreparedAscent,
    private readonly hooks: AscentHooks,
    private readonly recorder: AscentRecorder,
  ) {
    const { settings, from } = ascent;
    this.queue = new LaneQueue(settings.objectives, settings.batch, from);
    this.#trial = from?.trial ?? 0;
    this.#evaluations = from?.evaluations ?? 0;
  }

  get trial(): number {
    return this.#trial;
  }

  get evaluations(): number {
    return this.#evaluations;
  }

  async run(): Promise<void> {
    const { trials } = this.ascent.settings;
    for (let trial = trials[this.#trial]; trial; trial = trials[this.#trial]) {
      while (!this.queue.isDone) if (!(await this.#climbThrough(trial))) return;
      await this.recorder.trialDone?.(this);
      if (this.#trial === trials.length - 1) return;
      this.queue.restart();
      this.#trial++;
      if (this.hooks.shouldStop?.()) return;
    }
  }

  /**
   * Climbs in lanes: where one is done, the next objective starts in it. Parametrisations that are made for their objectives
   * cannot take another one, so that their lanes wait for one another.
   * @returns false where the host said stop before all of it was done
   */
  async #climbThrough({ climb }: Trial): Promise<boolean> {
    const { queue, recorder } = this;
    const resumes = queue.lanes.length > 0;
    if (!resumes) queue.fill();
    const batch = await this.#nextBatch(climb);
    const { optimiser, parametrisation } = batch;
    try {
      if (resumes) await this.#load(optimiser);
      const pace = new Pace(this.hooks);
      while (queue.open.length > 0) {
        const [lanes, count] = [queue.open, this.#submissionOf(pace.count)];
        await pace.timed(count, () => this.#climb(batch, lanes, count));
        const closed = lanes.filter(({ trajectory }) => trajectory.closed);
        if (closed.length > 0) await recorder.closed?.(this, batch, closed);
        if (!parametrisation.hasStart && queue.iteration % (climb.blur?.every ?? 1) === 0) {
          const replaced = queue.refill();
          if (replaced.length > 0) await optimiser.replace(queue.laneObjectives, replaced);
        }
        this.#tell();
        await recorder.submission?.(this, batch);
        if (this.hooks.shouldStop?.() && !(queue.open.length === 0 && queue.isDone)) {
          await recorder.interrupted?.(this, batch);
          return false;
        }
      }
      queue.empty();
      return true;
    } finally {
      optimiser.destroy();
    }
  }

  /** Of the objectives in the lanes, at their start. */
  async #nextBatch(climb: Trial['climb']): Promise<Batch> {
    const { ascent } = this;
    const { graph, settings, startPictures, model } = ascent;
    const objectives = this.queue.laneObjectives;
    const parametrisation = await ascent.parametrise(objectives);
    const optimiser = await Optimiser.create(graph, {
      settings,
      climb,
      objectives,
      parametrisation,
      ...pictureForOf(startPictures, model.preprocessing),
    });
    return { optimiser, parametrisation };
  }

  /** Brings a batch that was interrupted back to where it was. */
  async #load(optimiser: Optimiser): Promise<void> {
    await this.ascent.from?.load(optimiser.state);
    for (const { lane, trajectory } of this.queue.open) optimiser.rescore(lane, trajectory.best.score);
  }

  async #climb(batch: Batch, lanes: readonly OccupiedLane[], count: number): Promise<void> {
    const { ascent, queue, recorder } = this;
    const { graph, settings } = ascent;
    const iterations = { first: queue.iteration, count, starts: queue.starts };
    this.#evaluations += await climbLanes(graph, batch.optimiser, lanes, iterations, settings);
    queue.advance(count);
    const wanted = lanes.filter((lane) => this.#isWanted(lane, 0));
    if (wanted.length > 0) await recorder.images?.(this, batch, wanted);
  }

  /** A submission ends where the recorder wants an image, and no later than the first lane's steps. */
  #submissionOf(most: number): number {
    const lanes = this.queue.open;
    const left = lanes.map(({ trajectory }) => this.ascent.settings.steps + 1 - trajectory.value.length);
    const longest = Math.max(1, Math.min(most, ...left));
    for (let count = 1; count < longest; count++)
      if (lanes.some((lane) => this.#isWanted(lane, count))) return count;
    return longest;
  }

  /** Whether the recorder wants the image of a lane's last iteration, or of so many after it. */
  #isWanted({ objective, trajectory }: OccupiedLane, later: number): boolean {
    return this.recorder.wantsImage?.(objective, trajectory.value.length - 1 + later) ?? false;
  }

  #tell(): void {
    if (!this.hooks.onProgress) return;
    const { settings } = this.ascent;
    this.hooks.onProgress(progressOf(this), standingOf(settings, this.#trial, this.queue.trajectories));
  }
}

/** Chooses how many iterations a submission has, by how long the last one took. */
class Pace {
  count = 1;

  constructor(private readonly hooks: AscentHooks) {}

  async timed(count: number, work: () => Promise<void>): Promise<void> {
    const start = this.hooks.now();
    await work();
    const each = Math.max(0.01, (this.hooks.now() - start) / count);
    const wanted = Math.round((this.hooks.submissionTime ?? 500) / each);
    this.count = Math.max(1, Math.min(mostIterations, wanted, 4 * count));
  }
}
