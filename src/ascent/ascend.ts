/** The whole ascent: trials one after the other, their objectives batch by batch, saved on the way (paper §2.4). */
import type { Gpu } from '../gpu/device.ts';
import type { Model } from '../models/model.ts';
import type { AscentFolder } from './ascent-folder.ts';
import { Books } from './books.ts';
import { unpackTensors, type AscentState } from './checkpoint.ts';
import { Climber } from './climber.ts';
import { follow, isStuck, lostAt, newCourse, type Course } from './course.ts';
import { diagnose } from './diagnosis.ts';
import { isFrame } from './frames.ts';
import type { Objective } from './objective.ts';
import type { ClimbableParametrisation } from './parametrise.ts';
import type { Centred } from './pixel.ts';
import type { AscentProgress, AscentRecord, AscentSummary, TrialRecord } from './records.ts';
import type { Trial } from './settings.ts';
import { mostIterations, type Stage } from './stage.ts';

export interface Ascent {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly stage: Stage;
  readonly run: AscentRecord;
  readonly folder: AscentFolder;
  readonly parametrise: (objectives: readonly Objective[]) => Promise<ClimbableParametrisation>;
  /** What it starts from, where that is somebody's picture: minus the mean image, and as bytes [channels, height, width]. */
  readonly picture?: { readonly centred: Centred; readonly pixels: Uint8Array };
  /** Where to go on: the state, and the trials that are complete. */
  readonly from?: { readonly state: AscentState; readonly trials: readonly TrialRecord[] };
}

/** How a host follows and steers an ascent. */
export interface AscentHooks {
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
  /** After every read-back; of the iterations of all objectives so many are settled. */
  readonly onProgress?: (progress: AscentProgress, settled: number) => void;
  /** Something went wrong that does not end the run. */
  readonly onWarning?: (text: string) => void;
  /** Asked after every submission; true ends the run after saving. */
  readonly shouldStop?: () => boolean;
  /** Milliseconds between checkpoints, at least; 5 s unless told. */
  readonly checkpointEvery?: number;
  /** Milliseconds that a submission is to take; half a second unless told. What comes out does not depend on it. */
  readonly submissionTime?: number;
}

/** Runs until every objective is done or the host says stop; the last state is saved either way. */
export async function ascend(ascent: Ascent, hooks: AscentHooks): Promise<AscentSummary> {
  const { settings } = ascent.run;
  const books = new Books(ascent, hooks);
  for (let trial = books.trial; trial < settings.trials.length; trial++) {
    const climbed = settings.trials[trial];
    if (!climbed) break;
    while (books.done < settings.objectives.length) {
      const finished = await climbBatch(ascent, hooks, books, climbed);
      if (!finished || hooks.shouldStop?.()) return books.finish();
    }
    await books.trialDone();
  }
  return books.finish();
}

/** @returns false where the host said stop before it was done */
async function climbBatch(
  ascent: Ascent,
  hooks: AscentHooks,
  books: Books,
  { climb }: Trial,
): Promise<boolean> {
  const { gpu, stage, run, from, folder } = ascent;
  const { settings } = run;
  const objectives = settings.objectives.slice(books.done, books.done + settings.batch);
  const parametrisation = await ascent.parametrise(objectives);
  const climber = await Climber.create(stage, {
    settings,
    climb,
    objectives,
    parametrisation,
    ...(ascent.picture && { picture: ascent.picture.centred }),
  });
  try {
    let courses = books.current;
    if (courses.length > 0 && from) await unpackTensors(gpu, folder.storage, from.state, climber.state);
    else courses = books.begin(objectives.map(newCourse));
    const pace = new Pace(hooks);
    while (books.iteration <= settings.steps && courses.some(({ closed }) => !closed)) {
      const count = submissionOf(ascent, books, pace.count);
      await pace.timed(count, () => climbOnce(ascent, climber, books, courses, count));
      await books.submissionDone(climber);
      if (
        hooks.shouldStop?.() &&
        books.iteration <= settings.steps &&
        courses.some(({ closed }) => !closed)
      ) {
        await books.batchInterrupted(climber, parametrisation);
        return false;
      }
    }
    await books.batchDone(climber, parametrisation);
    return true;
  } finally {
    climber.destroy();
  }
}

/** A submission ends where a frame of the film strips is due. */
function submissionOf({ run: { settings } }: Ascent, { iteration }: Books, most: number): number {
  const left = settings.steps + 1 - iteration;
  for (let count = 1; count < Math.min(most, left); count++)
    if (isFrame(iteration + count - 1, settings)) return count;
  return Math.max(1, Math.min(most, left));
}

async function climbOnce(
  { stage, model, run }: Ascent,
  climber: Climber,
  books: Books,
  courses: readonly Course[],
  count: number,
): Promise<void> {
  const first = books.iteration;
  const { scale } = model.preprocessing;
  const byte = scale.reduce((sum, one) => sum + Math.abs(one), 0) / scale.length;
  for (const iteration of await climber.climb(first, count)) {
    for (const [slot, course] of courses.entries()) {
      const open = !course.closed;
      follow(course, iteration, slot, run.settings.until, byte);
      if (open) books.evaluations++;
    }
  }
  books.iteration = first + count;
  for (const [slot, course] of courses.entries()) {
    if (!isStuck(course) || course.fault !== undefined) continue;
    course.fault = `${await diagnose(stage, slot)} (iteration ${String(lostAt(course))})`;
  }
  if (isFrame(first + count - 1, run.settings)) await books.frame(climber, first + count - 1);
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
