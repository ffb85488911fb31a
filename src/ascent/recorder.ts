/** What an ascent tells its recorder. The computing knows no file, and runs without a recorder. */
import type { LaneQueue, OccupiedLane } from './lane-queue.ts';
import type { Optimiser } from './optimiser/optimiser.ts';
import type { ClimbableParametrisation } from './parametrisation/parametrisation.ts';

/** Where an ascent stands. */
export interface AscentView {
  /** Place of the trial in the settings. */
  readonly trial: number;
  /** Images judged so far, over all trials. */
  readonly evaluations: number;
  /** Of this trial. */
  readonly queue: Pick<
    LaneQueue,
    'iteration' | 'lanes' | 'starts' | 'trajectories' | 'occupied' | 'open' | 'isDone'
  >;
}

/** The batch that is climbed, on the device. */
export interface ClimbedBatch {
  readonly optimiser: Pick<Optimiser, 'image' | 'bestParameters' | 'state'>;
  readonly parametrisation: Pick<ClimbableParametrisation, 'genomesOf' | 'hasStart'>;
}

/** Every method is awaited before the ascent continues. */
export interface AscentRecorder {
  /** Whether the image of an objective at an iteration is to be recorded: a submission to the device ends there. */
  wantsImage?(objective: number, iteration: number): boolean;
  /** Lanes whose last image `wantsImage` asked for. */
  images?(view: AscentView, batch: ClimbedBatch, lanes: readonly OccupiedLane[]): Promise<void>;
  /** Lanes whose objective has just been done; the next objectives may take them. */
  closed?(view: AscentView, batch: ClimbedBatch, lanes: readonly OccupiedLane[]): Promise<void>;
  /** After every read-back. */
  submission?(view: AscentView, batch: ClimbedBatch): Promise<void>;
  /** The host said stop before all objectives were done. */
  interrupted?(view: AscentView, batch: ClimbedBatch): Promise<void>;
  /** All objectives of the trial are done. */
  trialDone?(view: AscentView): Promise<void>;
}
