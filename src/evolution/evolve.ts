/**
 * The whole search: ask, vary, render, judge, tell, and save on the way (paper §2.2). While the device judges one
 * generation, the CPU writes down the one before and breeds the one after.
 */
import type { Population } from '../genome/population.ts';
import { run } from '../gpu/program.ts';
import { NotFiniteError } from '../model/not-finite.ts';
import type { Replacement } from './archive.ts';
import { Evaluator, type Evaluation } from './evaluator.ts';
import type { Evolution, EvolutionHooks } from './evolution.ts';
import type { Gallery } from './gallery.ts';
import { Keeper } from '../runs/evolution/recorder.ts';
import type { Birth } from './lineage.ts';
import type { RunSummary } from '../runs/evolution/records.ts';
import { Scheduler, type Request } from './scheduler.ts';

/** Runs until the generations are done or the host says stop; the last state is saved either way. */
export async function evolve(evolution: Evolution, hooks: EvolutionHooks): Promise<RunSummary> {
  const { archive, run, from } = evolution;
  const { settings } = run;
  const scheduler = new Scheduler(archive, settings.population, settings.seed, from?.generations ?? 0);
  const evaluator = await Evaluator.create(evolution.gpu, evolution.classifier, settings.population);
  const keeper = new Keeper(evolution, hooks);
  if (from) await redraw(evolution, keeper.gallery);
  let request = scheduler.ask();
  await keeper.timed('evolution', () => vary(evolution.population, request));
  while (scheduler.generation < settings.generations) {
    const evaluating = evaluator.submit(evolution.population.render());
    const ahead = scheduler.askAhead();
    if (ahead?.parents && ahead.generation < settings.generations) {
      const { parents, generation } = ahead;
      await keeper.timed('evolution', () => {
        evolution.population.prepare(parents, generation);
      });
    }
    await keeper.whileDeviceWorks();
    const evaluation = await keeper.awaited(evaluating).catch(async (error: unknown) => {
      // What was found so far is not lost with the answer.
      if (error instanceof NotFiniteError) await keeper.finish(scheduler.generation);
      throw error;
    });
    const replacements = await keeper.timed('evolution', () => {
      const replacements = scheduler.tell(evolution.classes.map((number) => winnerOf(evaluation, number)));
      evolution.population.adopt(replacements);
      keeper.gallery.adopt(replacements);
      evolution.lineage.adopt(birthsOf(evolution, request, replacements));
      return replacements;
    });
    keeper.generationDone(scheduler.generation, replacements);
    if (hooks.shouldStop?.() || scheduler.generation >= settings.generations) break;
    request = scheduler.ask();
    await keeper.timed('evolution', () => vary(evolution.population, request));
  }
  return keeper.finish(scheduler.generation);
}

function vary(population: Population, { parents, generation }: Request): Promise<void> {
  return parents ? population.vary(parents, generation) : population.first();
}

function birthsOf(
  { archive, classes }: Evolution,
  { parents }: Request,
  replacements: readonly Replacement[],
): Birth[] {
  return replacements.flatMap(({ cell, child }): Birth[] => {
    const elite = archive.elite(cell);
    if (!elite) return [];
    const { id, parent, generation, confidence } = elite;
    const from = classes[parents?.[child] ?? -1] ?? null;
    return [{ id, parent, from, class: classes[cell] ?? cell, confidence, generation }];
  });
}

/**
 * Draws the elites of a checkpoint again: a run that was killed while it saved has pictures on disk that are newer than
 * its checkpoint, or none.
 */
async function redraw(
  { gpu, archive, population, run: { settings } }: Evolution,
  gallery: Gallery,
): Promise<void> {
  const cells = archive.occupied();
  for (let first = 0; first < cells.length; first += settings.population) {
    const shown = cells.slice(first, first + settings.population);
    await population.show(shown);
    run(gpu, population.render());
    gallery.adopt(shown.map((cell, child) => ({ cell, child })));
  }
}

function winnerOf({ winners }: Evaluation, number: number): Evaluation['winners'][number] {
  const winner = winners[number];
  if (!winner)
    throw new RangeError(`class ${String(number)} is not among the ${String(winners.length)} of the model`);
  return winner;
}
