/**
 * The whole search (paper §2.2). While the device judges one generation, the CPU writes down the one before and breeds the one
 * after; archives are those of `ask`, `evaluate` and `tell` in sequence, bit for bit.
 */
import { NotFiniteError } from '../model/not-finite.ts';
import { ResourceStack, freedBy, type Resource } from '../util/resources.ts';
import type { Replacement } from './archive.ts';
import type { Evaluation } from './evaluator.ts';
import { JudgedGeneration } from './generation-event.ts';
import { PhaseClock } from './phase-times.ts';
import type { GenerationEvent, OpenRecorder, Recorder, SearchProgress } from './recorder.ts';
import type { SearchArchive } from './search-archive.ts';
import { createSearch, type Search, type SearchOptions } from './search.ts';
import { checkWhole, defaultSettings } from './settings.ts';

/** How a search is followed, recorded and ended. */
export interface FollowOptions {
  /** Called after every generation. */
  readonly onGeneration?: (event: GenerationEvent) => void;
  /** Ends the search after the generation that is being judged; what was found by then is kept, and nothing is thrown. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a clock that only moves forward; `performance.now` by default. */
  readonly now?: () => number;
  /** Milliseconds that went by before, for the times by phase. */
  readonly setUp?: number;
}

export interface EvolveOptions extends SearchOptions, FollowOptions {
  /** The random one included; 200 by default. */
  readonly generations?: number;
  readonly recorder?: Recorder | OpenRecorder;
}

export interface EvolveSearchOptions extends FollowOptions {
  /** How many are to be complete, those that were before included. */
  readonly generations: number;
  readonly recorder?: Recorder;
}

/** What came of a search. */
export interface EvolutionResult extends SearchProgress {
  /** Whether all generations were done that were asked for. */
  readonly complete: boolean;
}

/** The same with the archive. Genomes and images of its elites are on the device until it is disposed. */
export interface Evolved extends EvolutionResult, Resource {
  readonly archive: SearchArchive;
  readonly search: Search;
}

/**
 * Evolves an image for each class that the model takes for that class: MAP-Elites (paper §2.2, §3).
 *
 * @example
 * using run = await evolve({ gpu, model, encoding: 'cppn', generations: 200 });
 * for (const { label, confidence } of run.archive.elites()) console.log(label, confidence);
 *
 * @throws SearchSettingsError, ClassError or PopulationError for settings that cannot be
 * @throws NotFiniteError where the network's answer to a child is not finite
 */
export async function evolve(options: EvolveOptions): Promise<Evolved> {
  const { generations = defaultSettings.generations, now = defaultClock, setUp = 0 } = options;
  checkWhole('generations', generations, 1);
  const began = now();
  using made = new ResourceStack();
  const search = made.use(await createSearch(options));
  const { recorder: given, onGeneration, signal } = options;
  const recorder = typeof given === 'function' ? await given(search, generations) : given;
  const result = await evolveSearch(search, {
    ...{ generations, now, setUp: setUp + now() - began },
    ...(recorder && { recorder }),
    ...(onGeneration && { onGeneration }),
    ...(signal && { signal }),
  });
  made.move();
  return { ...result, archive: search.archive, search, ...freedBy(search) };
}

/** As `evolve`, with a search that there is already, e.g. one that goes on from a checkpoint. It stays the caller's. */
export async function evolveSearch(search: Search, options: EvolveSearchOptions): Promise<EvolutionResult> {
  try {
    return await searching(search, options);
  } finally {
    await options.recorder?.close?.();
  }
}

async function searching(search: Search, options: EvolveSearchOptions): Promise<EvolutionResult> {
  const { generations, recorder, onGeneration, signal, now = defaultClock, setUp = 0 } = options;
  const clock = new PhaseClock(now, setUp);
  await clock.breeding(() => search.breed());
  let evaluating = begin(search);
  while (search.generation < generations) {
    const replacements = await oneGeneration(search, evaluating, options, clock);
    const isLast = search.generation >= generations;
    // The device goes on before anything is written down of what it has found.
    if (!isLast) {
      await clock.breeding(() => search.breed());
      evaluating = begin(search);
    }
    const event = eventOf(search, replacements, isLast, clock);
    onGeneration?.(event);
    recorder?.generation?.(event);
    if (signal?.aborted !== true) continue;
    // What has been begun is left out: a search that goes on from here begins it again.
    if (!isLast) await evaluating.catch(() => undefined);
    break;
  }
  return finish(search, generations, clock, recorder);
}

/** What fails while something else is done is heard when it is waited for. */
function begin(search: Search): Promise<Evaluation> {
  const evaluating = search.drawAndJudge();
  evaluating.catch(() => undefined);
  return evaluating;
}

async function oneGeneration(
  search: Search,
  evaluating: Promise<Evaluation>,
  { generations, recorder }: EvolveSearchOptions,
  clock: PhaseClock,
): Promise<Replacement[]> {
  await clock.breeding(() => search.breedAhead(generations));
  await recorder?.whileDeviceWorks?.();
  const { winners } = await clock.judging(evaluating).catch(async (error: unknown) => {
    // What was found so far is not lost with the answer.
    if (error instanceof NotFiniteError) await finish(search, generations, clock, recorder);
    throw error;
  });
  return clock.breeding(() => search.tellAll(winners));
}

const defaultClock = (): number => performance.now();

function progressOf({ generation, settings }: Search, { seconds, times }: PhaseClock): SearchProgress {
  return { generations: generation, evaluations: generation * settings.population, seconds, times };
}

function eventOf(
  search: Search,
  replacements: readonly Replacement[],
  isLast: boolean,
  clock: PhaseClock,
): GenerationEvent {
  const confidences = search.archive.confidences();
  const facts = { generation: search.generation - 1, confidences, replacements, isLast };
  return new JudgedGeneration(progressOf(search, clock), facts);
}

async function finish(
  search: Search,
  generations: number,
  clock: PhaseClock,
  recorder: Recorder | undefined,
): Promise<EvolutionResult> {
  const result = { ...progressOf(search, clock), complete: search.generation >= generations };
  await recorder?.finish?.(result);
  return result;
}
