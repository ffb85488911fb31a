/** A gradient ascent: what it is about, and what its host gives it. */
import type { Gpu } from '../gpu/device.ts';
import type { Judge } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import type { AscentFolder } from '../runs/ascent/folder.ts';
import type { AscentState } from '../runs/ascent/checkpoint.ts';
import type { Objective } from './objective/objective.ts';
import type { ClimbableParametrisation } from './parametrisation/create.ts';
import type { AscentProgress, AscentRecord, TrialRecord } from '../runs/ascent/records.ts';
import type { ObjectiveGraph } from './objective-graph.ts';
import type { StartPicture } from './start-pictures.ts';

export interface Ascent {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly graph: ObjectiveGraph;
  readonly run: AscentRecord;
  readonly folder: AscentFolder;
  readonly parametrise: (objectives: readonly Objective[]) => Promise<ClimbableParametrisation>;
  /** What it starts from, where that is somebody's pictures, and who says what they are named after they were changed. */
  readonly starts?: { readonly pictures: readonly StartPicture[]; readonly judge: Judge };
  /** Where to go on: the state, and the trials that are complete. */
  readonly from?: { readonly state: AscentState; readonly trials: readonly TrialRecord[] };
}

/** How far a run is. */
export interface Standing {
  /** Iterations of objectives that are done or need not be done any more, over all trials. */
  readonly settled: number;
  /** Objectives of this trial that are done. */
  readonly done: number;
  /** Images that are still to be judged, and iterations of the batch in which that is done: about as many, as objectives go. */
  readonly imagesLeft: number;
  readonly iterationsLeft: number;
  /** Of a single objective that wants no class: its value at the start, and at the best image so far. */
  readonly value?: { readonly start: number; readonly best: number };
}

/** How a host follows and steers an ascent. */
export interface AscentHooks {
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
  /** After every read-back. */
  readonly onProgress?: (progress: AscentProgress, standing: Standing) => void;
  /** Something went wrong that does not end the run. */
  readonly onWarning?: (text: string) => void;
  /** Asked after every submission; true ends the run after saving. */
  readonly shouldStop?: () => boolean;
  /** Milliseconds between checkpoints, at least; 5 s unless told. */
  readonly checkpointEvery?: number;
  /** Milliseconds that a submission is to take; half a second unless told. What comes out does not depend on it. */
  readonly submissionTime?: number;
}
