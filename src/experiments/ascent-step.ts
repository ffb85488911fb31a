/** A gradient ascent as a step of an experiment: it has a run folder, and resumes where it was interrupted. */
import { z } from 'zod';
import { ascentBatch } from '../ascent/batch-size.ts';
import { checkSettings } from '../ascent/check-settings.ts';
import { recordAscent } from '../runs/ascent/record.ts';
import { milestones } from '../runs/ascent/schema.ts';
import type { AscentRunSettings } from '../runs/ascent/settings-schema.ts';
import type { CppnGenome } from '../genome/genome.ts';
import { logOddsOf } from '../model/log-odds.ts';
import type { Model } from '../model/model.ts';
import { formatConfidence } from '../report/format.ts';
import type { GridPicture } from '../report/grid.ts';
import { readAscent } from '../runs/ascent/read.ts';
import { newAscent, resumedAscent, type AscentSetup } from '../runs/ascent/start.ts';
import { folderBelow } from '../storage/folder-below.ts';
import { runFolder } from './evolution-step.ts';
import type { Host, ReadResult, ExperimentStep, StepHost } from './experiment.ts';
import { runPicture } from './run-picture.ts';
import { totalVariation } from './total-variation.ts';

/** What an ascent leaves behind for a conclusion: of each objective the best image, and the way there. */
export const ascentOutcome = z.object({
  cells: z.array(
    z.object({
      class: z.int(),
      label: z.string(),
      confidence: z.number(),
      logOdds: z.number(),
      /** At which the best image was seen. */
      iteration: z.int(),
      iterations: z.int(),
      /** First iteration at which the network names the class; null for never. */
      firstNamed: z.int().nullable(),
      /** First iteration at each of `milestones`; null for never. */
      reached: z.array(z.int().nullable()).length(milestones.length),
      /** Why it ended early. */
      fault: z.string().exactOptional(),
      /** Of the picture, see `totalVariation`. */
      variation: z.number(),
    }),
  ),
  /** Highest confidence so far of each objective, by iteration, up to where it ended. */
  best: z.array(z.array(z.number())),
  seconds: z.number(),
});
export type AscentOutcome = z.infer<typeof ascentOutcome>;

type AskedSettings = Omit<AscentRunSettings, 'batch'>;

export interface AscentStepOptions {
  readonly id: string;
  readonly title: string;
  /** Its share of the progress bar. */
  readonly evaluations: number;
  readonly model: string;
  /** All but the batch, which follows from the adapter. @throws what is wrong with it for this model */
  readonly settings: (model: Model) => AskedSettings;
  /** The CPPNs whose weights are climbed, one for each objective, where earlier steps have found them. */
  readonly genomes?: (host: Host, read: ReadResult) => Promise<readonly CppnGenome[]>;
}

export function ascentStep(options: AscentStepOptions): ExperimentStep<AscentOutcome> {
  const { id, title, evaluations, model: name } = options;
  return {
    ...{ id, title, evaluations, result: ascentOutcome },
    check: async (host) => {
      const { model } = await host.loadModel(name);
      checkSettings({ ...options.settings(model), batch: 4 }, model);
    },
    run: async (host, read) => {
      const storage = folderBelow(host.storage, runFolder(id));
      const named = await host.loadModel(name);
      const asked = await withGenomes(options, named.model, host, read);
      const { encodePicture, onWarning } = host;
      const complete = await host.withDevice((gpu) => {
        const settings = { ...asked, batch: ascentBatch(gpu, named.model, asked) };
        const started = new Date().toISOString();
        return follow({ gpu, ...named, settings, storage, encodePicture, started, onWarning }, options, host);
      });
      return complete ? outcomeOf(host, id) : undefined;
    },
  };
}

async function withGenomes(
  { settings, genomes }: AscentStepOptions,
  model: Model,
  host: Host,
  read: ReadResult,
): Promise<AskedSettings> {
  const asked = settings(model);
  const { parametrisation } = asked;
  if (!genomes || parametrisation.kind !== 'cppn') return asked;
  return { ...asked, parametrisation: { ...parametrisation, genomes: await genomes(host, read) } };
}

/** @returns whether it came to its end */
async function follow(
  setup: AscentSetup,
  { evaluations }: AscentStepOptions,
  host: StepHost,
): Promise<boolean> {
  const begun = (await setup.storage.read('run.json')) !== undefined;
  const ascent = await (begun ? resumedAscent(setup) : newAscent(setup));
  const { objectives, trials, steps } = setup.settings;
  const total = trials.length * objectives.length * (steps + 1);
  try {
    const { complete } = await recordAscent(ascent, {
      now: host.now,
      onProgress: ({ median = 0 }, { settled }) => {
        const share = Math.floor((evaluations * settled) / total);
        host.progress(share, `median ${formatConfidence(median)}`);
      },
      onWarning: host.onWarning,
      shouldStop: host.shouldStop,
    });
    return complete;
  } finally {
    ascent.destroy();
  }
}

async function outcomeOf(host: Host, id: string): Promise<AscentOutcome> {
  const { rows, history, summary } = await readAscent(
    folderBelow(host.storage, runFolder(id)),
    runFolder(id),
  );
  const pictures = await ascentPictures(host, id);
  return {
    cells: rows.map((row, place) => {
      const { class: number, label, confidence, iteration, iterations, firstNamed, reached, fault } = row;
      const picture = pictures[place];
      return {
        class: number,
        ...{ label, confidence, iteration, iterations, firstNamed },
        logOdds: row.logOdds ?? logOddsOf(confidence),
        reached: [...reached],
        ...(fault !== undefined && { fault }),
        variation: picture ? totalVariation(picture) : 0,
      };
    }),
    best: history.map(({ confidence }) => highestSoFar(confidence)),
    seconds: summary?.seconds ?? 0,
  };
}

export function highestSoFar(values: readonly number[]): number[] {
  let highest = 0;
  return values.map((value) => (highest = Math.max(highest, value)));
}

/** The best picture of each objective of a step's run, as its folder has them. @param id of the step */
export async function ascentPictures(host: Host, id: string): Promise<GridPicture[]> {
  const storage = folderBelow(host.storage, runFolder(id));
  const { run, rows } = await readAscent(storage, runFolder(id));
  const pictures: GridPicture[] = [];
  for (const { picture: path, label, confidence } of rows) {
    const picture = await runPicture(host, { storage, name: runFolder(id), path }, run.model);
    pictures.push({ ...picture, label, confidence });
  }
  return pictures;
}
