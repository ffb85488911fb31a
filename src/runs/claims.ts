/** What a run folder of either kind says of its pictures, which a verification compares with the pictures. */
import { isWatched } from '../ascent/settings.ts';
import { picturePath } from './evolution/folder.ts';
import type { RunRecord } from './evolution/records.ts';
import type { RandomViews } from '../model/crops.ts';
import type { DenseStorage } from '../network/parameters.ts';
import type { Storage } from '../storage/storage.ts';
import { readAscent } from './ascent/read.ts';
import { readLineage, type FoundLineage } from './evolution/read-lineage.ts';
import { readRun } from './evolution/read.ts';
import { readRunKind } from './read-files.ts';

/** A picture and the confidence that the network is said to have in it. */
export interface Claim {
  /** What was climbed, of an ascent. */
  readonly objective?: string;
  readonly class: number;
  readonly label: string;
  readonly confidence: number;
  /** Whether the network is said to name the class, that is to have no more confidence in any other. */
  readonly named: boolean;
  /** Path of the PNG. */
  readonly picture: string;
}

export interface ClaimedRun {
  /** As the user called it. */
  readonly modelName: string;
  readonly model: RunRecord['model'];
  readonly crops: 1 | 10;
  /** Views at random in place of the crops. */
  readonly randomViews?: RandomViews;
  readonly denseStorage: DenseStorage;
  readonly claims: readonly Claim[];
  /** Of an evolution's elites. */
  readonly lineage?: FoundLineage;
}

/**
 * @param storage the run folder
 * @param name how messages call the folder
 * @throws RunFolderError when a file is missing, damaged, or contradicts another
 */
export async function readClaims(storage: Storage, name = 'this folder'): Promise<ClaimedRun> {
  return (await readRunKind(storage, name)) === 'ascent'
    ? ascentClaims(storage, name)
    : evolutionClaims(storage, name);
}

async function evolutionClaims(storage: Storage, name: string): Promise<ClaimedRun> {
  const { run, cells } = await readRun(storage, name);
  const { settings, model } = run;
  const claims = cells.map((cell): Claim => {
    const { class: number, label, confidence } = cell;
    return { class: number, label, confidence, named: false, picture: picturePath(run, number) };
  });
  const { crops, randomViews, denseWeights = 'f32' } = settings;
  const how = { crops, ...(randomViews && { randomViews }), denseStorage: denseWeights };
  const lineage = await readLineage(storage, run, cells);
  return { modelName: settings.model, model, ...how, claims, lineage };
}

/** An objective that watches no class is said to have found what the network names. */
async function ascentClaims(storage: Storage, name: string): Promise<ClaimedRun> {
  const { run, rows } = await readAscent(storage, name);
  const { settings, model } = run;
  const claims = rows.map((row, index): Claim => {
    const { objective, class: number, label, confidence, picture } = row;
    return {
      objective,
      class: number,
      label,
      confidence,
      named: !isWatched(settings, index),
      picture,
    };
  });
  return { modelName: settings.model, model, crops: 1, denseStorage: settings.denseWeights ?? 'f32', claims };
}
