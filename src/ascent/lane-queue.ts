/**
 * Which objective is climbed in which lane of the batch. Every lane that is done is given the next objective, so that the batch
 * is full until none is left.
 */
import type { Objective } from './objective/objective.ts';
import { newTrajectory, type Trajectory } from './trajectory.ts';

/** A lane of the batch, and the objective that is climbed in it, by its place in the settings. */
export interface OccupiedLane {
  readonly lane: number;
  readonly objective: number;
  readonly trajectory: Trajectory;
}

/** What an interrupted queue goes on from. */
export interface QueueState {
  /** Iterations since the lanes were filled. */
  readonly iteration: number;
  /** Objective of each lane; none between fillings. */
  readonly lanes: readonly number[];
  /** The iteration at which it started there. */
  readonly starts: readonly number[];
  /** Of the objectives that have begun, in their order. */
  readonly trajectories: readonly Trajectory[];
}

const begin: QueueState = { iteration: 0, lanes: [], starts: [], trajectories: [] };

export class LaneQueue implements QueueState {
  #iteration: number;
  #lanes: number[];
  #starts: number[];
  #trajectories: Trajectory[];

  /** @param batch lanes, a multiple of 4 */
  constructor(
    private readonly objectives: readonly Objective[],
    private readonly batch: number,
    { iteration, lanes, starts, trajectories }: QueueState = begin,
  ) {
    this.#iteration = iteration;
    this.#lanes = [...lanes];
    this.#starts = [...starts];
    this.#trajectories = [...trajectories];
  }

  get iteration(): number {
    return this.#iteration;
  }

  get lanes(): readonly number[] {
    return this.#lanes;
  }

  get starts(): readonly number[] {
    return this.#starts;
  }

  get trajectories(): readonly Trajectory[] {
    return this.#trajectories;
  }

  /** Lanes with an objective, one that is done included. */
  get occupied(): OccupiedLane[] {
    return this.#lanes.flatMap((objective, lane): OccupiedLane[] => {
      const trajectory = this.#trajectories[objective];
      return trajectory ? [{ lane, objective, trajectory }] : [];
    });
  }

  /** Lanes whose objective is not done. */
  get open(): OccupiedLane[] {
    return this.occupied.filter(({ trajectory }) => !trajectory.closed);
  }

  /** Objective of each lane, one that is done included. */
  get laneObjectives(): Objective[] {
    return this.occupied.map(({ trajectory }) => trajectory.objective);
  }

  /** Whether every objective is done. */
  get isDone(): boolean {
    return (
      this.#trajectories.length === this.objectives.length && this.#trajectories.every(({ closed }) => closed)
    );
  }

  /** Begins the next objectives in as many lanes as there are. */
  fill(): void {
    const count = Math.min(this.batch, this.objectives.length - this.#trajectories.length);
    this.#iteration = 0;
    this.#lanes = Array.from({ length: count }, () => this.#begin());
    this.#starts = Array.from({ length: count }, () => 0);
  }

  /** Begins the next objectives in the lanes that are done. @returns those lanes */
  refill(): number[] {
    const replaced: number[] = [];
    for (const { lane, trajectory } of this.occupied) {
      if (!trajectory.closed || this.#trajectories.length === this.objectives.length) continue;
      this.#lanes[lane] = this.#begin();
      this.#starts[lane] = this.#iteration;
      replaced.push(lane);
    }
    return replaced;
  }

  /** Counts iterations that were done. */
  advance(iterations: number): void {
    this.#iteration += iterations;
  }

  /** Takes all objectives out of their lanes. */
  empty(): void {
    this.#lanes = [];
    this.#starts = [];
  }

  /** All objectives are climbed once more, from their start. */
  restart(): void {
    this.empty();
    this.#trajectories = [];
  }

  #begin(): number {
    const objective = this.objectives[this.#trajectories.length];
    if (!objective) throw new Error('there is no further objective');
    return this.#trajectories.push(newTrajectory(objective)) - 1;
  }
}
