/** The searches that are compared, each as steps at one number of evaluations. */
import { AscentSettingsError } from '../ascent/settings-error.ts';
import { classObjectives } from '../ascent/objective/parse-objective.ts';
import { presets, stepScales } from '../ascent/optimiser/presets.ts';
import type { Climb } from '../ascent/settings.ts';
import type { AscentRunSettings } from '../runs/ascent/settings-schema.ts';
import type { CppnGenome } from '../genome/genome.ts';
import type { Coordinates } from '../genome/cppn-coordinates.ts';
import { logOddsOf } from '../model/log-odds.ts';
import { PopulationError } from '../evolution/limits.ts';
import type { RunSettings } from '../runs/evolution/records.ts';
import type { Model } from '../model/model.ts';
import type { GridPicture } from '../report/grid.ts';
import { readRun } from '../runs/evolution/read.ts';
import { classesOf } from '../evolution/settings.ts';
import { folderBelow } from '../storage/folder-below.ts';
import { ascentPictures, ascentStep, type AscentStepOptions } from './ascent-step.ts';
import { evolutionStep, runFolder, elitePictures } from './evolution-step.ts';
import type { Host, ReadResult, ExperimentStep } from './experiment.ts';
import { joinedOutcome, randomPictures, randomStep } from './random-step.ts';
import { ascentPoints, continued, pointAt, searchOutcome, type SearchOutcome } from './search-outcome.ts';
import { sentence, setting } from '../util/sentence.ts';

/** What all searches have in common. */
export interface SearchPlan {
  readonly model: string;
  readonly classes: readonly number[] | null;
  /** Evaluations that each search has. */
  readonly budget: number;
  /** What a gradient step costs of it. */
  readonly gradientCost: number;
  readonly population: number;
  /** Share of the budget that evolution has before its elites are polished. */
  readonly evolveShare: number;
  readonly preset: 'default' | 'patient';
  readonly mutations: number;
  readonly coordinates: Coordinates;
}

/** One search with one seed. */
export interface SearchRun {
  readonly steps: readonly ExperimentStep<unknown>[];
  readonly outcome: (read: ReadResult) => SearchOutcome;
  readonly pictures: (host: Host, read: ReadResult) => Promise<GridPicture[]>;
}

export interface SearchMethod {
  /** Of its steps. */
  readonly id: string;
  readonly name: string;
  readonly run: (plan: SearchPlan, seed: number, place: string) => SearchRun;
}

/** A step that leaves what can be compared instead of what the step left. */
function compared<R>(
  inner: ExperimentStep<R>,
  outcomeOf: (host: Host, result: R) => Promise<SearchOutcome>,
): ExperimentStep<SearchOutcome> {
  return {
    ...inner,
    result: searchOutcome,
    run: async (host, read) => {
      const result = await inner.run(host, read);
      return result === undefined ? undefined : outcomeOf(host, result);
    },
  };
}

const generationsOf = ({ budget, population }: SearchPlan, share = 1): number =>
  Math.floor((share * budget) / population);

function evolved(
  plan: SearchPlan,
  encoding: RunSettings['encoding'],
  seed: number,
  { id, title, share }: { readonly id: string; readonly title: string; readonly share?: number },
): ExperimentStep<SearchOutcome> {
  const { model, population, classes, coordinates } = plan;
  const generations = generationsOf(plan, share);
  const settings: RunSettings = {
    ...{ model, encoding, generations, population, seed, coordinates },
    crops: 1,
    ...(classes && { classes }),
  };
  const step = compared(evolutionStep({ id, title, settings }), async (host, { seconds }) => {
    const { progress, cells } = await readRun(folderBelow(host.storage, runFolder(id)), runFolder(id));
    return {
      points: progress.map(({ evaluations, confidences }) => pointAt(evaluations, confidences)),
      cells: cells.map(({ class: number, label, confidence, logOdds = logOddsOf(confidence) }) => {
        return { class: number, label, confidence, logOdds };
      }),
      seconds,
      judged: generations * population,
      lost: 0,
    };
  });
  return {
    ...step,
    check: async (host) => {
      if (generations < 1)
        throw new PopulationError(
          sentence`${title}: ${Math.floor((share ?? 1) * plan.budget)} evaluations are not enough for a generation of ${population}; choose a smaller ${setting('population')} or a larger ${setting('budget')}`,
        );
      await step.check?.(host);
    },
  };
}

/** @param budget evaluations that the ascents of all classes have together */
function iterationsOf({ classes: wanted, gradientCost }: SearchPlan, model: Model, budget: number): number {
  const classes = classesOf(model, wanted ?? undefined).length;
  const iterations = Math.floor(budget / (gradientCost * classes));
  if (iterations >= 2) return iterations;
  throw new AscentSettingsError(
    sentence`${budget} evaluations for the ascents of ${classes} classes are fewer than two gradient steps of ${gradientCost} evaluations for each; choose a larger ${setting('budget')} or fewer ${setting('classes')}`,
  );
}

interface Climbed extends Pick<AscentStepOptions, 'id' | 'title'> {
  readonly kind: 'pixel' | 'cppn';
  /** Evaluations that were spent earlier. */
  readonly before?: number;
  readonly genomes?: NonNullable<AscentStepOptions['genomes']>;
}

function climbed(plan: SearchPlan, seed: number, climbing: Climbed): ExperimentStep<SearchOutcome> {
  const { kind, before = 0, genomes, id, title } = climbing;
  const { model, gradientCost } = plan;
  const step = ascentStep({
    ...{ id, title, model },
    evaluations: plan.budget - before,
    settings: (loaded) => ascentSettings(plan, loaded, seed, kind, plan.budget - before),
    ...(genomes && { genomes }),
  });
  return compared(step, async (host, { best, cells, seconds }) => {
    const iterations = iterationsOf(plan, (await host.loadModel(model)).model, plan.budget - before);
    return {
      points: ascentPoints(best, iterations, gradientCost, before),
      cells: cells.map(({ class: number, label, confidence, logOdds }) => {
        return { class: number, label, confidence, logOdds };
      }),
      seconds,
      judged: best.reduce((sum, course) => sum + course.length, 0),
      lost: cells.filter(({ fault }) => fault !== undefined).length,
    };
  });
}

function ascentSettings(
  plan: SearchPlan,
  model: Model,
  seed: number,
  kind: Climbed['kind'],
  budget: number,
): Omit<AscentRunSettings, 'batch'> {
  const { climb, measure, noise } = presets[plan.preset];
  const { classes, mutations, coordinates } = plan;
  return {
    model: plan.model,
    objectives: classObjectives(classesOf(model, classes ?? undefined), measure, [], model),
    // The start is judged, too.
    steps: iterationsOf(plan, model, budget) - 1,
    seed,
    start: kind === 'pixel' ? { from: 'gaussian', size: noise } : { from: 'mean' },
    parametrisation: kind === 'pixel' ? { kind } : { kind, coordinates, mutations },
    trials: [{ name: plan.preset, climb: scaled(climb, stepScales[kind]) }],
  };
}

function scaled(climb: Climb, scale: number): Climb {
  const { step } = climb;
  return step.rule === 'progress' ? climb : { ...climb, step: { ...step, size: scale * step.size } };
}

/** CPPNs of a step's elites, in the order of its cells. */
async function eliteGenomes({ storage }: Host, id: string): Promise<CppnGenome[]> {
  const { cells } = await readRun(folderBelow(storage, runFolder(id)), runFolder(id));
  return cells.flatMap(({ genome }) => (genome.encoding === 'cppn' ? [genome] : []));
}

const single = (step: ExperimentStep<SearchOutcome>, pictures: SearchRun['pictures']): SearchRun => ({
  steps: [step],
  outcome: (read) => read(step),
  pictures,
});

const evolution = (id: string, name: string, encoding: RunSettings['encoding']): SearchMethod => ({
  id,
  name,
  run: (plan, seed, place) => {
    const step = evolved(plan, encoding, seed, { id: `${id}-${place}`, title: `${name}, run ${place}` });
    return single(step, (host) => elitePictures(host, step));
  },
});

const ascent = (id: string, name: string, kind: Climbed['kind']): SearchMethod => ({
  id,
  name,
  run: (plan, seed, place) => {
    const step = climbed(plan, seed, { id: `${id}-${place}`, title: `${name}, run ${place}`, kind });
    return single(step, (host) => ascentPictures(host, step.id));
  },
});

const polished: SearchMethod = {
  id: 'polished',
  name: 'CPPN EA + gradient',
  run: (plan, seed, place) => {
    const id = `polished-${place}`;
    const title = `CPPN EA + gradient, run ${place}`;
    const share = plan.evolveShare;
    const first = evolved(plan, 'cppn', seed, { id: `${id}-evolved`, title, share });
    const before = generationsOf(plan, share) * plan.population;
    const genomes = (host: Host) => eliteGenomes(host, first.id);
    const second = climbed(plan, seed, { id, title, kind: 'cppn', before, genomes });
    return {
      steps: [first, second],
      outcome: (read) => continued(read(first), read(second)),
      pictures: (host) => ascentPictures(host, second.id),
    };
  },
};

/** Evaluations that a stop loses of a random search, at most. */
const evaluationsOfPart = 5000;

const random: SearchMethod = {
  id: 'random',
  name: 'random CPPNs',
  run: (plan, seed, place) => {
    const search = { ...plan, seed };
    const batches = generationsOf(plan);
    const each = Math.max(1, Math.floor(evaluationsOfPart / plan.population));
    const steps = Array.from({ length: Math.ceil(batches / each) }, (_, part) => {
      const range = [part * each, Math.min(batches, (part + 1) * each)] as const;
      const number = String(part + 1).padStart(4, '0');
      return randomStep(`random-${place}-${number}`, `random CPPNs, run ${place}`, search, range);
    });
    return {
      steps,
      outcome: (read) => joinedOutcome(steps.map(read), plan.population),
      pictures: (host, read) => randomPictures(host, search, steps.map(read)),
    };
  },
};

export const searchMethods: readonly SearchMethod[] = [
  evolution('direct', 'direct EA', 'direct'),
  evolution('cppn', 'CPPN EA', 'cppn'),
  polished,
  ascent('pixels', 'pixel gradient', 'pixel'),
  ascent('weights', 'CPPN gradient', 'cppn'),
  random,
];
