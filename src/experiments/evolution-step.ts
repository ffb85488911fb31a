/** An evolution as a step of an experiment: it has a run folder, and resumes where it was interrupted. */
import { z } from 'zod';
import { checkMemory, searchMemory } from '../evolution/limits.ts';
import { classesOf } from '../evolution/settings.ts';
import { carryOut } from '../runs/evolution/carry-out.ts';
import { picturePath } from '../runs/evolution/folder.ts';
import type { RunSettings } from '../runs/evolution/records.ts';
import type { GridPicture } from '../report/grid.ts';
import { readRun } from '../runs/evolution/read.ts';
import { formatConfidence } from '../report/format.ts';
import { newEvolution, resumedEvolution, type EvolutionSetup } from '../runs/evolution/start.ts';
import { folderBelow } from '../storage/folder-below.ts';
import type { Storage } from '../storage/storage.ts';
import type { Host, NamedModel, ReadResult, ExperimentStep, StepHost } from './experiment.ts';
import { runPicture } from './run-picture.ts';

/** What an evolution leaves behind for a conclusion. */
export const evolutionOutcome = z.object({
  /** Over the cells, after each generation. */
  best: z.array(z.number()),
  median: z.array(z.number()),
  mean: z.array(z.number()),
  /** Of the last generation. */
  cells: z.array(
    z.object({
      class: z.int(),
      label: z.string(),
      confidence: z.number(),
      generation: z.int(),
      goalSwitches: z.int(),
      /** Path of its PNG in the run's folder; by the number alone where an older version has left none. */
      picture: z
        .string()
        .regex(/^images\/[\w-]+\.png$/)
        .exactOptional(),
    }),
  ),
  seconds: z.number(),
});
export type EvolutionOutcome = z.infer<typeof evolutionOutcome>;

export interface EvolutionStepOptions {
  readonly id: string;
  readonly title: string;
  readonly settings: RunSettings;
  /** Where the model is not one that has a name, e.g. one that an earlier step has trained. */
  readonly loadModel?: (host: Host, read: ReadResult) => Promise<NamedModel>;
  /** Where the classes that get a cell are known from earlier steps alone; those of the settings unless given. */
  readonly classes?: (read: ReadResult) => readonly number[];
}

/** Of the run that a step makes, within the experiment's folder. */
export const runFolder = (id: string): string => `runs/${id}`;

export function evolutionStep({
  id,
  title,
  settings: given,
  loadModel,
  classes,
}: EvolutionStepOptions): ExperimentStep<EvolutionOutcome> {
  const load = (host: Host) => host.loadModel(given.model);
  const check = async (host: Host) => {
    const { model } = await load(host);
    checkMemory(searchMemory(model, given, classesOf(model, given.classes).length), model, given);
  };
  return {
    ...{ id, title, result: evolutionOutcome },
    evaluations: given.generations * given.population,
    // A model that is yet to be trained cannot be looked at.
    ...(loadModel ? {} : { check }),
    run: async (host, read) => {
      const settings = classes ? { ...given, classes: classes(read) } : given;
      const storage = folderBelow(host.storage, runFolder(id));
      const named = await (loadModel ?? load)(host, read);
      const complete = await host.withDevice(async (gpu) => {
        const { encodePicture, onWarning } = host;
        const { now } = host;
        const openWriter = host.openWriter?.(runFolder(id));
        const recording = { storage, encodePicture, now, onWarning, ...(openWriter && { openWriter }) };
        return follow({ gpu, ...named, settings, ...recording }, host);
      });
      return complete ? outcomeOf(host, id) : undefined;
    },
  };
}

/** @returns whether it came to its end */
async function follow(setup: EvolutionSetup, host: StepHost): Promise<boolean> {
  const begun = (await setup.storage.read('run.json')) !== undefined;
  using run = await (begun ? resumedEvolution(setup) : newEvolution(setup));
  const stopping = new AbortController();
  const { complete } = await carryOut(run, {
    now: host.now,
    onGeneration: ({ evaluations, median }) => {
      host.progress(evaluations, `median ${formatConfidence(median)}`);
      if (host.shouldStop()) stopping.abort();
    },
    signal: stopping.signal,
  });
  return complete;
}

async function outcomeOf(host: Host, id: string): Promise<EvolutionOutcome> {
  const { run, progress, cells, summary } = await readRun(
    folderBelow(host.storage, runFolder(id)),
    runFolder(id),
  );
  return {
    best: progress.map(({ best }) => best),
    median: progress.map(({ median }) => median),
    mean: progress.map(({ mean }) => mean),
    cells: cells.map(({ class: number, label, confidence, generation, goalSwitches }) => {
      const picture = picturePath(run, number);
      return { class: number, label, confidence, generation, goalSwitches, picture };
    }),
    seconds: summary?.seconds ?? 0,
  };
}

/** The elites' pictures of a step's run, as its folder has them, in the order of its cells. */
export const elitePictures = (host: Host, { id }: { readonly id: string }): Promise<ElitePicture[]> =>
  picturesIn(host, folderBelow(host.storage, runFolder(id)), runFolder(id));

export interface ElitePicture extends GridPicture {
  readonly class: number;
}

/**
 * As `elitePictures`, out of any run's folder.
 *
 * @param name how messages call the folder
 * @throws RunFolderError when it is none, or is damaged
 */
export async function picturesIn(
  host: Pick<Host, 'decodePicture'>,
  storage: Storage,
  name: string,
): Promise<ElitePicture[]> {
  const { run, cells } = await readRun(storage, name);
  const pictures: ElitePicture[] = [];
  for (const { class: number, label, confidence } of cells) {
    const picture = await runPicture(host, { storage, name, path: picturePath(run, number) }, run.model);
    pictures.push({ ...picture, class: number, label, confidence });
  }
  return pictures;
}
