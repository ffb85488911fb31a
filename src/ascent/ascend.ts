/** The whole ascent: trials one after the other, their objectives batch by batch, saved on the way (paper §2.4). */
import type { Ascent, AscentHooks } from './ascent.ts';
import { Books } from '../runs/ascent/recorder.ts';
import { unpackTensors } from '../runs/ascent/checkpoint.ts';
import { Optimiser } from './optimiser/optimiser.ts';
import { follow, isStuck, lostAt } from './trajectory.ts';
import { diagnose } from './lost-gradient.ts';
import { hasStrip, isFrame } from '../runs/ascent/film-strip.ts';
import type { Objective } from './objective/objective.ts';
import type { AscentSummary } from '../runs/ascent/records.ts';
import type { AscentSettings, Trial } from './settings.ts';
import { mostIterations } from './objective-graph.ts';
import { centred, startOf } from './start-pictures.ts';

/** Runs until every objective is done or the host says stop; the last state is saved either way. */
export async function ascend(ascent: Ascent, hooks: AscentHooks): Promise<AscentSummary> {
  const { settings } = ascent.run;
  const books = new Books(ascent, hooks);
  for (let trial = books.trial; trial < settings.trials.length; trial++) {
    const climbed = settings.trials[trial];
    if (!climbed) break;
    while (!books.isTrialDone) {
      const finished = await climbThrough(ascent, hooks, books, climbed);
      if (!finished) return books.finish();
    }
    await books.trialDone();
    if (hooks.shouldStop?.() && trial + 1 < settings.trials.length) return books.finish();
  }
  return books.finish();
}

/**
 * Climbs in lanes: where one is done, the next objective starts in it. CPPNs differ in their structure, so that their lanes
 * wait for one another.
 * @returns false where the host said stop before all of it was done
 */
async function climbThrough(
  ascent: Ascent,
  hooks: AscentHooks,
  books: Books,
  { climb }: Trial,
): Promise<boolean> {
  const { gpu, graph, run, from, folder, starts } = ascent;
  const { settings } = run;
  const goesOn = books.lanes.length > 0;
  if (!goesOn) books.fill();
  const objectives = books.laneObjectives();
  const parametrisation = await ascent.parametrise(objectives);
  const optimiser = await Optimiser.create(graph, {
    settings,
    climb,
    objectives,
    parametrisation,
    ...(starts && {
      pictureFor: (objective: Objective) =>
        centred(startOf(objective, starts.pictures).pixels, ascent.model.preprocessing),
    }),
  });
  try {
    if (goesOn && from) {
      await unpackTensors(gpu, folder.storage, from.state, optimiser.state);
      for (const { lane, trajectory } of books.open) optimiser.rescore(lane, trajectory.best.score);
    }
    const pace = new Pace(hooks);
    while (books.open.length > 0) {
      const count = submissionOf(ascent, books, pace.count);
      await pace.timed(count, () => climbOnce(ascent, optimiser, books, count));
      await books.writeClosed(optimiser, parametrisation);
      if (settings.parametrisation.kind !== 'cppn' && books.iteration % (climb.blur?.every ?? 1) === 0) {
        const replaced = books.refill();
        if (replaced.length > 0) await optimiser.replace(books.laneObjectives(), replaced);
      }
      await books.submissionDone(optimiser);
      if (hooks.shouldStop?.() && !(books.open.length === 0 && books.isTrialDone)) {
        await books.interrupted(optimiser, parametrisation);
        return false;
      }
    }
    books.empty();
    return true;
  } finally {
    optimiser.destroy();
  }
}

/** A submission ends where a frame of a film strip is due, and no later than the first lane's steps. */
function submissionOf({ run: { settings } }: Ascent, books: Books, most: number): number {
  const left = books.open.map(({ trajectory }) => settings.steps + 1 - trajectory.value.length);
  const longest = Math.max(1, Math.min(most, ...left));
  for (let count = 1; count < longest; count++) {
    if (
      books.open.some(({ objective, trajectory }) =>
        isDue(objective, trajectory.value.length + count - 1, settings),
      )
    )
      return count;
  }
  return longest;
}

const isDue = (objective: number, iteration: number, settings: AscentSettings): boolean =>
  hasStrip(objective) && isFrame(iteration, settings);

async function climbOnce(
  { graph, model, run }: Ascent,
  optimiser: Optimiser,
  books: Books,
  count: number,
): Promise<void> {
  const { settings } = run;
  const { scale } = model.preprocessing;
  const byte = scale.reduce((sum, one) => sum + Math.abs(one), 0) / scale.length;
  const open = books.open;
  for (const iteration of await optimiser.climb(books.iteration, count, books.starts)) {
    for (const { lane, trajectory } of open) {
      if (!trajectory.closed) books.evaluations++;
      follow(trajectory, iteration, lane, settings, byte);
    }
  }
  books.iteration += count;
  for (const { lane, trajectory } of open) {
    if (isStuck(trajectory) && trajectory.fault === undefined)
      trajectory.fault = `${await diagnose(graph, lane)} (iteration ${String(lostAt(trajectory))})`;
  }
  const due = open.filter(({ objective, trajectory }) =>
    isDue(objective, trajectory.value.length - 1, settings),
  );
  if (due.length > 0) await books.frames(optimiser, due);
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
